//! Applications that have to be there, or must not be.
mod groups;

use super::{ATTRIBUTES, DOMAIN, DOMAINS, POLICY_GROUPS};
use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, ObjectTab, SHEET,
        Section, Sheet, Switch, cell,
    },
    text::{Label, label},
};
use serde_json::json;

pub static POLICIES: Entity = Entity {
    path: "policies",
    api: "catalog/policies/",
    model: "app_catalog.policy",
    icon: icondata::LuScale,
    plural: label!(policy.plural),
    singular: label!(policy.singular),
    create: Some(label!(policy.create)),
    belongs: Belongs::Domain,
    ..ENTITY
};

pub static POLICIES_SHEET: Sheet = Sheet {
    about: label!(policy.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new("exclusive", label!(policy.exclusive), Cell::Flag),
        Column::new("comment", label!(common.comment), Cell::Text).unsorted(),
    ],
    filters: &[
        Filter::new("enabled", label!(common.enabled), FilterKind::Flag),
        Filter::new("exclusive", label!(policy.exclusive), FilterKind::Flag),
        Filter::new(
            "domain__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        ),
        Filter::new(
            "included_attributes__id",
            label!(deployment.included),
            FilterKind::Object(&ATTRIBUTES),
        )
        .linked(),
        Filter::new(
            "excluded_attributes__id",
            label!(deployment.excluded),
            FilterKind::Object(&ATTRIBUTES),
        )
        .linked(),
    ],
    form: &[
        Section {
            title: Label::NONE,
            help: None,
            fields: &[
                Field::new("name", label!(common.name), Kind::Text).required(),
                Field::new("enabled", label!(common.enabled), Kind::Flag).initially(|| json!(true)),
                Field::new("exclusive", label!(policy.exclusive), Kind::Flag)
                    .help(label!(policy.exclusive_help)),
                DOMAIN,
                Field::new("comment", label!(common.comment), Kind::Area),
            ],
        },
        Section {
            title: label!(deployment.section_whom),
            help: Some(label!(policy.whom_help)),
            fields: &[
                Field::new(
                    "included_attributes",
                    label!(deployment.included),
                    Kind::Many {
                        entity: &ATTRIBUTES,
                        filter: |_| String::new(),
                    },
                ),
                Field::new(
                    "excluded_attributes",
                    label!(deployment.excluded),
                    Kind::Many {
                        entity: &ATTRIBUTES,
                        filter: |_| String::new(),
                    },
                ),
            ],
        },
    ],
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    tabs: &[ObjectTab::new("groups", label!(policy.groups), groups::tab).needing(&POLICY_GROUPS)],
    new_note: Some(label!(policy.new_note)),
    ..SHEET
};

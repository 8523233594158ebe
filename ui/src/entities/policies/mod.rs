//! Applications that have to be there, or must not be.
mod groups;

use super::{DOMAIN, DOMAINS, attributes};
use crate::{
    entity::{
        Cell, Column, Entity, Initial, ObjectTab, SECTION, Section, Sheet, Switch, cell,
        told::APP_CATALOG_POLICY as TOLD,
    },
    text::label,
};

pub static POLICIES: Entity = Entity {
    path: "policies",
    icon: icondata::LuScale,
    plural: label!(policy.plural),
    singular: label!(policy.singular),
    create: Some(label!(policy.create)),
    ..TOLD.entity()
};

pub static POLICIES_SHEET: Sheet = Sheet {
    about: label!(policy.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        TOLD.column("exclusive", label!(policy.exclusive), Cell::Flag),
        Column::new("comment", label!(common.comment), Cell::Text).unsorted(),
    ],
    filters: &[
        TOLD.filter("enabled", label!(common.enabled)),
        TOLD.filter("exclusive", label!(policy.exclusive)),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        attributes::by_included(&TOLD).linked(),
        attributes::by_excluded(&TOLD).linked(),
    ],
    form: &[
        Section {
            fields: &[
                TOLD.field("name", label!(common.name)),
                TOLD.field("enabled", label!(common.enabled)),
                TOLD.field("exclusive", label!(policy.exclusive))
                    .help(label!(policy.exclusive_help))
                    .begins(Initial::Flag(false)),
                DOMAIN,
                TOLD.field("comment", label!(common.comment)),
            ],
            ..SECTION
        },
        Section {
            title: label!(deployment.section_whom),
            help: Some(label!(policy.whom_help)),
            fields: &[attributes::included(&TOLD), attributes::excluded(&TOLD)],
        },
    ],
    switch: Some(Switch::ENABLED),
    tabs: &[ObjectTab::rows("groups", &groups::GROUPS)],
    new_note: Some(label!(policy.new_note)),
    lacks: Some("groups"),
    ..TOLD.sheet()
};

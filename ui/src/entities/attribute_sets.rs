//! Included minus excluded attributes under a name that is an attribute again.
use super::{ATTRIBUTES, DOMAIN, DOMAINS, LATITUDE, LONGITUDE};
use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, SHEET, Section,
        Sheet, Switch, cell,
    },
    text::{Label, label},
};
use serde_json::json;

pub static ATTRIBUTE_SETS: Entity = Entity {
    path: "attribute-sets",
    api: "attribute-sets/",
    model: "core.attributeset",
    icon: icondata::LuBoxes,
    plural: label!(attribute_set.plural),
    singular: label!(attribute_set.singular),
    create: Some(label!(attribute_set.create)),
    belongs: Belongs::Domain,
    ..ENTITY
};

pub static ATTRIBUTE_SETS_SHEET: Sheet = Sheet {
    about: label!(attribute_set.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new("description", label!(common.description), Cell::Text),
    ],
    filters: &[
        Filter::new("enabled", label!(common.enabled), FilterKind::Flag),
        Filter::new(
            "included_attributes__id",
            label!(deployment.included),
            FilterKind::Object(&ATTRIBUTES),
        ),
        Filter::new(
            "excluded_attributes__id",
            label!(deployment.excluded),
            FilterKind::Object(&ATTRIBUTES),
        )
        .linked(),
        Filter::new(
            "domain__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        ),
    ],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text).required(),
            Field::new("description", label!(common.description), Kind::Area),
            DOMAIN,
            Field::new("enabled", label!(common.enabled), Kind::Flag).initially(|| json!(true)),
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
            LATITUDE,
            LONGITUDE,
        ],
    }],
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    ..SHEET
};

//! Included minus excluded attributes under a name that is an attribute again.
use super::{DOMAIN, DOMAINS, LATITUDE, LONGITUDE, attributes};
use crate::{
    entity::{
        Cell, Entity, SECTION, Section, Sheet, Switch, cell, told::CORE_ATTRIBUTESET as TOLD,
    },
    text::label,
};

pub static ATTRIBUTE_SETS: Entity = Entity {
    path: "attribute-sets",
    icon: icondata::LuBoxes,
    plural: label!(attribute_set.plural),
    singular: label!(attribute_set.singular),
    create: Some(label!(attribute_set.create)),
    ..TOLD.entity()
};

pub static ATTRIBUTE_SETS_SHEET: Sheet = Sheet {
    about: label!(attribute_set.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        TOLD.column("description", label!(common.description), Cell::Text),
    ],
    filters: &[
        TOLD.filter("enabled", label!(common.enabled)),
        attributes::by_included(&TOLD),
        attributes::by_excluded(&TOLD).linked(),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name)),
            TOLD.field("description", label!(common.description)),
            DOMAIN,
            TOLD.field("enabled", label!(common.enabled)),
            attributes::included(&TOLD),
            attributes::excluded(&TOLD),
            LATITUDE,
            LONGITUDE,
        ],
        ..SECTION
    }],
    switch: Some(Switch::ENABLED),
    ..TOLD.sheet()
};

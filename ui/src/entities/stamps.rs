//! Kinds of tags.
use super::{TAGS, choices};
use crate::{
    entity::{
        Cell, Entity, Kind, Relation, SECTION, Section, Sheet, Switch, cell,
        told::CORE_SERVERPROPERTY as TOLD,
    },
    text::label,
};

pub static STAMPS: Entity = Entity {
    path: "stamps",
    icon: icondata::LuStamp,
    plural: label!(stamp.plural),
    singular: label!(stamp.singular),
    create: Some(label!(stamp.create)),
    ..TOLD.entity()
};

pub static STAMPS_SHEET: Sheet = Sheet {
    about: label!(stamp.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("prefix", label!(attribute.prefix), Cell::Mono),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
    ],
    filters: &[TOLD.filter("enabled", label!(common.enabled))],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name)),
            TOLD.field("prefix", label!(attribute.prefix))
                .drawn(Kind::Mono)
                .help(label!(formula.prefix_help)),
            TOLD.choice("kind", label!(formula.kind), choices::property_kinds)
                .help(label!(stamp.kind_help)),
            TOLD.field("enabled", label!(common.enabled)),
        ],
        ..SECTION
    }],
    relations: &[Relation::new(&TAGS, "property_att__id").offering("property_att")],
    switch: Some(Switch::ENABLED),
    ..TOLD.sheet()
};

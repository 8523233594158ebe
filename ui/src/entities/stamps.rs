//! Kinds of tags.
use super::{TAGS, choices};
use crate::{
    entity::{
        Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation,
        SHEET, Section, Sheet, Switch, cell,
    },
    text::{Label, label},
};
use serde_json::json;

pub static STAMPS: Entity = Entity {
    path: "stamps",
    api: "stamps/",
    model: "core.serverproperty",
    icon: icondata::LuStamp,
    plural: label!(stamp.plural),
    singular: label!(stamp.singular),
    create: Some(label!(stamp.create)),
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static STAMPS_SHEET: Sheet = Sheet {
    about: label!(stamp.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("prefix", label!(attribute.prefix), Cell::Mono),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
    ],
    filters: &[Filter::new(
        "enabled",
        label!(common.enabled),
        FilterKind::Flag,
    )],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text).required(),
            Field::new("prefix", label!(attribute.prefix), Kind::Mono)
                .required()
                .help(label!(formula.prefix_help)),
            Field::new(
                "kind",
                label!(formula.kind),
                Kind::Choices(Choices::Own(choices::property_kinds)),
            )
            .required()
            .help(label!(stamp.kind_help))
            .initially(|| json!("N")),
            Field::new("enabled", label!(common.enabled), Kind::Flag).initially(|| json!(true)),
        ],
    }],
    relations: &[Relation::new(&TAGS, "property_att__id").offering("property_att")],
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    ..SHEET
};

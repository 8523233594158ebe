//! Scripts that computers run; their output becomes attributes.
use super::{ATTRIBUTES, choices};
use crate::{
    entity::{
        Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation,
        SHEET, Section, Sheet, Switch, cell, value,
    },
    text::{Label, label},
};
use serde_json::json;

pub static FORMULAS: Entity = Entity {
    path: "formulas",
    api: "formulas/",
    model: "core.clientproperty",
    icon: icondata::LuSquareFunction,
    plural: label!(formula.plural),
    singular: label!(formula.singular),
    create: Some(label!(formula.create)),
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static FORMULAS_SHEET: Sheet = Sheet {
    about: label!(formula.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("prefix", label!(attribute.prefix), Cell::Mono),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new(
            "kind",
            label!(formula.kind),
            Cell::Choice(Choices::Own(choices::property_kinds)),
        ),
        Column::new(
            "language",
            label!(formula.language),
            Cell::Choice(Choices::Own(choices::languages)),
        ),
    ],
    filters: &[
        Filter::new("enabled", label!(common.enabled), FilterKind::Flag),
        Filter::new(
            "kind",
            label!(formula.kind),
            FilterKind::Choices(Choices::Own(choices::property_kinds)),
        ),
        Filter::new(
            "language",
            label!(formula.language),
            FilterKind::Choices(Choices::Own(choices::languages)),
        ),
    ],
    form: &[
        Section {
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
                .help(label!(formula.kind_help))
                .initially(|| json!("N")),
                Field::new("enabled", label!(common.enabled), Kind::Flag).initially(|| json!(true)),
            ],
        },
        Section {
            title: label!(formula.code),
            help: Some(label!(formula.code_help)),
            fields: &[
                Field::new(
                    "language",
                    label!(formula.language),
                    Kind::Choices(Choices::Own(choices::languages)),
                )
                .required()
                .initially(|| json!(0)),
                Field::new("code", label!(formula.code), Kind::Code).required(),
            ],
        },
    ],
    relations: &[Relation::new(&ATTRIBUTES, "property_att__id")],
    keeps: |formula| value::text(formula, "sort") == "basic",
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    ..SHEET
};

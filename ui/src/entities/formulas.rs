//! Scripts that computers run; their output becomes attributes.
use super::{ATTRIBUTES, choices};
use crate::{
    entity::{
        Cell, Choices, Entity, Kind, Relation, SECTION, Section, Sheet, Switch, cell,
        told::CORE_CLIENTPROPERTY as TOLD, value,
    },
    text::label,
};

pub static FORMULAS: Entity = Entity {
    path: "formulas",
    icon: icondata::LuSquareFunction,
    plural: label!(formula.plural),
    singular: label!(formula.singular),
    create: Some(label!(formula.create)),
    ..TOLD.entity()
};

pub static FORMULAS_SHEET: Sheet = Sheet {
    about: label!(formula.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("prefix", label!(attribute.prefix), Cell::Mono),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        TOLD.column(
            "kind",
            label!(formula.kind),
            Cell::Choice(Choices::Own(choices::property_kinds)),
        ),
        TOLD.column(
            "language",
            label!(formula.language),
            Cell::Choice(Choices::Own(choices::languages)),
        ),
    ],
    filters: &[
        TOLD.filter("enabled", label!(common.enabled)),
        TOLD.among("kind", label!(formula.kind), choices::property_kinds),
        TOLD.among("language", label!(formula.language), choices::languages),
    ],
    form: &[
        Section {
            fields: &[
                TOLD.field("name", label!(common.name)),
                TOLD.field("prefix", label!(attribute.prefix))
                    .drawn(Kind::Mono)
                    .help(label!(formula.prefix_help)),
                TOLD.choice("kind", label!(formula.kind), choices::property_kinds)
                    .help(label!(formula.kind_help)),
                TOLD.field("enabled", label!(common.enabled)),
            ],
            ..SECTION
        },
        Section {
            title: label!(formula.code),
            help: Some(label!(formula.code_help)),
            fields: &[
                TOLD.choice("language", label!(formula.language), choices::languages),
                TOLD.field("code", label!(formula.code)).drawn(Kind::Code),
            ],
        },
    ],
    relations: &[Relation::new(&ATTRIBUTES, "property_att__id")],
    keeps: |formula| value::text(formula, "sort") == "basic",
    switch: Some(Switch::ENABLED),
    ..TOLD.sheet()
};

//! Checks that computers run; what they print is a fault.
use super::{ATTRIBUTES, DOMAIN, FAULTS, USERS, choices};
use crate::{
    entity::{
        Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation,
        SHEET, Section, Sheet, Switch, cell,
    },
    text::{Label, label},
};
use serde_json::json;

pub static FAULT_DEFINITIONS: Entity = Entity {
    path: "fault-definitions",
    api: "fault-definitions/",
    model: "client.faultdefinition",
    icon: icondata::LuClipboardCheck,
    plural: label!(fault_definition.plural),
    singular: label!(fault_definition.singular),
    create: Some(label!(fault_definition.create)),
    belongs: Belongs::Domain,
    ..ENTITY
};

pub static FAULT_DEFINITIONS_SHEET: Sheet = Sheet {
    about: label!(fault_definition.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new(
            "language",
            label!(formula.language),
            Cell::Choice(Choices::Own(choices::languages)),
        ),
        Column::new("description", label!(common.description), Cell::Text).unsorted(),
    ],
    filters: &[
        Filter::new("enabled", label!(common.enabled), FilterKind::Flag),
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
        Filter::new(
            "users__id",
            label!(fault_definition.users),
            FilterKind::Object(&USERS),
        )
        .linked(),
    ],
    form: &[
        Section {
            title: Label::NONE,
            help: None,
            fields: &[
                Field::new("name", label!(common.name), Kind::Text).required(),
                Field::new("description", label!(common.description), Kind::Area),
                DOMAIN,
                Field::new("enabled", label!(common.enabled), Kind::Flag).initially(|| json!(true)),
            ],
        },
        Section {
            title: label!(formula.code),
            help: Some(label!(fault_definition.code_help)),
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
        Section {
            title: label!(deployment.section_whom),
            help: None,
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
                Field::new(
                    "users",
                    label!(fault_definition.users),
                    Kind::Many {
                        entity: &USERS,
                        filter: |_| String::new(),
                    },
                )
                .help(label!(fault_definition.users_help)),
            ],
        },
    ],
    relations: &[Relation::new(&FAULTS, "fault_definition_id")],
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    ..SHEET
};

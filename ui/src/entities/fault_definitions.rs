//! Checks that computers run; what they print is a fault.
use super::{DOMAIN, FAULTS, USERS, attributes, choices};
use crate::{
    entity::{
        Cell, Choices, Column, Entity, Kind, Relation, SECTION, Section, Sheet, Switch, cell,
        told::CLIENT_FAULTDEFINITION as TOLD,
    },
    text::label,
};

pub static FAULT_DEFINITIONS: Entity = Entity {
    path: "fault-definitions",
    icon: icondata::LuClipboardCheck,
    plural: label!(fault_definition.plural),
    singular: label!(fault_definition.singular),
    create: Some(label!(fault_definition.create)),
    ..TOLD.entity()
};

pub static FAULT_DEFINITIONS_SHEET: Sheet = Sheet {
    about: label!(fault_definition.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        TOLD.column(
            "language",
            label!(formula.language),
            Cell::Choice(Choices::Own(choices::languages)),
        ),
        Column::new("description", label!(common.description), Cell::Text).unsorted(),
    ],
    filters: &[
        TOLD.filter("enabled", label!(common.enabled)),
        attributes::by_included(&TOLD).linked(),
        attributes::by_excluded(&TOLD).linked(),
        TOLD.by("users__id", label!(fault_definition.users), &USERS)
            .linked(),
    ],
    form: &[
        Section {
            fields: &[
                TOLD.field("name", label!(common.name)),
                TOLD.field("description", label!(common.description)),
                DOMAIN,
                TOLD.field("enabled", label!(common.enabled)),
            ],
            ..SECTION
        },
        Section {
            title: label!(formula.code),
            help: Some(label!(fault_definition.code_help)),
            fields: &[
                TOLD.choice("language", label!(formula.language), choices::languages),
                TOLD.field("code", label!(formula.code))
                    .drawn(Kind::Code)
                    .required(),
            ],
        },
        Section {
            title: label!(deployment.section_whom),
            help: None,
            fields: &[
                attributes::included(&TOLD),
                attributes::excluded(&TOLD),
                TOLD.many("users", label!(fault_definition.users), &USERS)
                    .help(label!(fault_definition.users_help)),
            ],
        },
    ],
    relations: &[Relation::new(&FAULTS, "fault_definition_id")],
    switch: Some(Switch::ENABLED),
    ..TOLD.sheet()
};

//! What the checks on computers found.
use super::{COMPUTERS, FAULT_DEFINITIONS, PROJECTS, synchronizations::checked_state};
use crate::{
    entity::{Cell, Column, Entity, Sheet, Switch, told::CLIENT_FAULT as TOLD},
    text::label,
};

pub static FAULTS: Entity = Entity {
    path: "faults",
    icon: icondata::LuStethoscope,
    plural: label!(fault.plural),
    singular: label!(fault.singular),
    page: false,
    ..TOLD.entity()
};

pub static FAULTS_SHEET: Sheet = Sheet {
    about: label!(fault.about),
    columns: &[
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        Column::new(
            "fault_definition",
            label!(fault_definition.singular),
            Cell::Link(&FAULT_DEFINITIONS),
        )
        .unsorted(),
        Column::new("result", label!(fault.result), Cell::Fold).unsorted(),
        TOLD.column("created_at", label!(audit.when), Cell::When),
        TOLD.column("checked", label!(common.state), Cell::State(checked_state)),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS))
            .unsorted()
            .hidden(),
    ],
    filters: &[
        TOLD.filter("checked", label!(computer_error.checked)),
        TOLD.by(
            "fault_definition_id",
            label!(fault_definition.singular),
            &FAULT_DEFINITIONS,
        ),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    switch: Some(Switch {
        member: "checked",
        on: label!(computer_error.check),
        off: label!(computer_error.uncheck),
    }),
    ..TOLD.sheet()
};

//! What the checks on computers found.
use super::{COMPUTERS, FAULT_DEFINITIONS, PROJECTS, synchronizations::checked_state};
use crate::{
    entity::{Cell, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet, Switch},
    text::label,
};

pub static FAULTS: Entity = Entity {
    path: "faults",
    api: "faults/",
    model: "client.fault",
    icon: icondata::LuStethoscope,
    plural: label!(fault.plural),
    singular: label!(fault.singular),
    page: false,
    ..ENTITY
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
        Column::new("created_at", label!(audit.when), Cell::When),
        Column::new("checked", label!(common.state), Cell::State(checked_state)),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS))
            .unsorted()
            .hidden(),
    ],
    filters: &[
        Filter::new("checked", label!(computer_error.checked), FilterKind::Flag),
        Filter::new(
            "fault_definition_id",
            label!(fault_definition.singular),
            FilterKind::Object(&FAULT_DEFINITIONS),
        ),
        Filter::new(
            "computer__id",
            label!(computer.singular),
            FilterKind::Object(&COMPUTERS),
        ),
        Filter::new(
            "project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new("created_at__gte", label!(common.since), FilterKind::Since),
        Filter::new("created_at__lt", label!(common.before), FilterKind::Before),
    ],
    ordering: "-created_at",
    switch: Some(Switch {
        member: "checked",
        on: label!(computer_error.check),
        off: label!(computer_error.uncheck),
    }),
    ..SHEET
};

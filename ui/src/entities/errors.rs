//! What went wrong on computers while they synchronised.
use super::{COMPUTERS, PROJECTS, synchronizations::checked_state};
use crate::{
    entity::{Cell, Column, Entity, Sheet, Switch, told::CLIENT_ERROR as TOLD},
    text::label,
};

pub static ERRORS: Entity = Entity {
    path: "errors",
    icon: icondata::LuTriangleAlert,
    plural: label!(computer_error.plural),
    singular: label!(computer_error.singular),
    page: false,
    ..TOLD.entity()
};

pub static ERRORS_SHEET: Sheet = Sheet {
    about: label!(computer_error.about),
    columns: &[
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        Column::new("description", label!(computer_error.what), Cell::Fold).unsorted(),
        TOLD.column("created_at", label!(audit.when), Cell::When),
        TOLD.column("checked", label!(common.state), Cell::State(checked_state)),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)).unsorted(),
    ],
    filters: &[
        TOLD.filter("checked", label!(computer_error.checked)),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("description__icontains", label!(computer_error.what)),
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

//! Each time a computer talked to the server.
mod cells;

pub use cells::checked_state;

use super::{COMPUTERS, PROJECTS};
use crate::{
    entity::{Cell, Column, Entity, Sheet, told::CLIENT_SYNCHRONIZATION as TOLD},
    text::label,
};

pub static SYNCHRONIZATIONS: Entity = Entity {
    path: "synchronizations",
    icon: icondata::LuRefreshCw,
    plural: label!(synchronization.plural),
    singular: label!(synchronization.singular),
    page: false,
    called: Some(cells::name),
    ..TOLD.entity()
};

pub static SYNCHRONIZATIONS_SHEET: Sheet = Sheet {
    about: label!(synchronization.about),
    columns: &[
        TOLD.column(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        ),
        TOLD.column("created_at", label!(synchronization.ended), Cell::When),
        TOLD.column(
            "start_date",
            label!(synchronization.duration),
            Cell::Own(cells::duration_cell),
        ),
        TOLD.column(
            "pms_status_ok",
            label!(synchronization.packages),
            Cell::State(cells::packages_state),
        ),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)).unsorted(),
        Column::new(
            "user",
            label!(synchronization.user),
            Cell::Own(cells::user_cell),
        )
        .unsorted(),
        TOLD.column("consumer", label!(synchronization.client), Cell::Mono)
            .hidden(),
    ],
    filters: &[
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("pms_status_ok", label!(synchronization.packages_ok)),
        TOLD.filter("user__name__icontains", label!(synchronization.user)),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    ..TOLD.sheet()
};

//! Each time a computer talked to the server.
mod cells;

pub use cells::checked_state;

use super::{COMPUTERS, PROJECTS};
use crate::{
    entity::{Cell, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet},
    text::label,
};

pub static SYNCHRONIZATIONS: Entity = Entity {
    path: "synchronizations",
    api: "syncs/",
    model: "client.synchronization",
    icon: icondata::LuRefreshCw,
    plural: label!(synchronization.plural),
    singular: label!(synchronization.singular),
    page: false,
    called: Some(cells::name),
    ..ENTITY
};

pub static SYNCHRONIZATIONS_SHEET: Sheet = Sheet {
    about: label!(synchronization.about),
    columns: &[
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        ),
        Column::new("created_at", label!(synchronization.ended), Cell::When),
        Column::new(
            "start_date",
            label!(synchronization.duration),
            Cell::Own(cells::duration_cell),
        ),
        Column::new(
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
        Column::new("consumer", label!(synchronization.client), Cell::Mono).hidden(),
    ],
    filters: &[
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
        Filter::new(
            "pms_status_ok",
            label!(synchronization.packages_ok),
            FilterKind::Flag,
        ),
        Filter::new(
            "user__name__icontains",
            label!(synchronization.user),
            FilterKind::Text,
        ),
        Filter::new("created_at__gte", label!(common.since), FilterKind::Since),
        Filter::new("created_at__lt", label!(common.before), FilterKind::Before),
    ],
    ordering: "-created_at",
    ..SHEET
};

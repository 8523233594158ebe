//! What went wrong on computers while they synchronised.
use super::{COMPUTERS, PROJECTS, synchronizations::checked_state};
use crate::{
    entity::{Cell, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet, Switch},
    text::label,
};

pub static ERRORS: Entity = Entity {
    path: "errors",
    api: "errors/",
    model: "client.error",
    icon: icondata::LuTriangleAlert,
    plural: label!(computer_error.plural),
    singular: label!(computer_error.singular),
    page: false,
    ..ENTITY
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
        Column::new("created_at", label!(audit.when), Cell::When),
        Column::new("checked", label!(common.state), Cell::State(checked_state)),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)).unsorted(),
    ],
    filters: &[
        Filter::new("checked", label!(computer_error.checked), FilterKind::Flag),
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
            "description__icontains",
            label!(computer_error.what),
            FilterKind::Text,
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

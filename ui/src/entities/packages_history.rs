//! Which packages came to computers and went.
use super::{COMPUTERS, PACKAGES};
use crate::{
    entity::{Cell, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet, value},
    text::label,
};
use serde_json::Value;

pub static PACKAGES_HISTORY: Entity = Entity {
    path: "packages-history",
    api: "packages-history/",
    model: "client.packagehistory",
    icon: icondata::LuHistory,
    plural: label!(package_history.plural),
    singular: label!(package_history.singular),
    page: false,
    called: Some(called),
    ..ENTITY
};

pub static PACKAGES_HISTORY_SHEET: Sheet = Sheet {
    about: label!(package_history.about),
    columns: &[
        Column::new("package", label!(package.singular), Cell::Link(&PACKAGES)).unsorted(),
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        Column::new("install_date", label!(package_history.came), Cell::When),
        Column::new("uninstall_date", label!(package_history.went), Cell::When),
    ],
    filters: &[
        Filter::new(
            "package__fullname__icontains",
            label!(package.singular),
            FilterKind::Text,
        ),
        Filter::new(
            "package__id",
            label!(package.singular),
            FilterKind::Object(&PACKAGES),
        )
        .linked(),
        Filter::new(
            "computer__id",
            label!(computer.singular),
            FilterKind::Object(&COMPUTERS),
        ),
        Filter::new(
            "uninstall_date__isnull",
            label!(package_history.went),
            FilterKind::Presence,
        ),
        Filter::new(
            "install_date__gte",
            label!(package_history.came_since),
            FilterKind::Since,
        ),
        Filter::new(
            "uninstall_date__gte",
            label!(package_history.went_since),
            FilterKind::Since,
        ),
    ],
    ordering: "-install_date",
    delete: false,
    ..SHEET
};

/// The package and the computer.
fn called(row: &Value) -> String {
    let package = PACKAGES.text_of(value::at(row, "package"));
    let computer = COMPUTERS.text_of(value::at(row, "computer"));
    format!("{package}, {computer}")
}

//! Which packages came to computers and went.
use super::{COMPUTERS, PACKAGES};
use crate::{
    entity::{Cell, Column, Entity, Sheet, told::CLIENT_PACKAGEHISTORY as TOLD, value},
    text::label,
};
use serde_json::Value;

pub static PACKAGES_HISTORY: Entity = Entity {
    path: "packages-history",
    icon: icondata::LuHistory,
    plural: label!(package_history.plural),
    singular: label!(package_history.singular),
    page: false,
    called: Some(called),
    ..TOLD.entity()
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
        TOLD.column("install_date", label!(package_history.came), Cell::When),
        TOLD.column("uninstall_date", label!(package_history.went), Cell::When),
    ],
    filters: &[
        TOLD.filter("package__fullname__icontains", label!(package.singular)),
        TOLD.by("package__id", label!(package.singular), &PACKAGES)
            .linked(),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.filter("uninstall_date__isnull", label!(package_history.went)),
        TOLD.filter("install_date__gte", label!(package_history.came_since)),
        TOLD.filter("uninstall_date__gte", label!(package_history.went_since)),
    ],
    ordering: "-install_date",
    ..TOLD.sheet()
};

/// The package and the computer.
fn called(row: &Value) -> String {
    let package = PACKAGES.text_of(value::at(row, "package"));
    let computer = COMPUTERS.text_of(value::at(row, "computer"));
    format!("{package}, {computer}")
}

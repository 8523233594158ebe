//! Uploaded package files.
mod file;
mod upload;

use super::{COMPUTERS, DEPLOYMENTS, PACKAGES_HISTORY, PROJECTS, STORES};
use crate::{
    entity::{Cell, Column, Entity, ObjectTab, Relation, Sheet, told::CORE_PACKAGE as TOLD},
    text::{Label, label, t},
};
use migasfree_ui_kit::Choice;

pub static PACKAGES: Entity = Entity {
    path: "packages",
    icon: icondata::LuPackage,
    plural: label!(package.plural),
    singular: label!(package.singular),
    text: &["fullname", "name"],
    needs: &[&STORES],
    // Packages that are only known from inventories of computers are many, and not what is published.
    narrowed: Some(("store__isnull", "false")),
    ..TOLD.entity()
};

pub static PACKAGES_SHEET: Sheet = Sheet {
    about: Label::Own(|| {
        if PACKAGES.may("add") {
            t!(package.about_first)
        } else {
            t!(package.about)
        }
    }),
    columns: &[
        TOLD.column("fullname", label!(package.file), Cell::Name),
        TOLD.column("name", label!(common.name), Cell::Text)
            .hidden(),
        TOLD.column("version", label!(package.version), Cell::Mono),
        TOLD.column("architecture", label!(package.architecture), Cell::Mono),
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
        Column::new("store", label!(store.singular), Cell::Link(&STORES)).unsorted(),
    ],
    filters: &[
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.by("store__id", label!(store.singular), &STORES),
        TOLD.by("deployment__id", label!(deployment.singular), &DEPLOYMENTS)
            .linked(),
        TOLD.filter("deployment__isnull", label!(deployment.singular)),
        TOLD.filter("packageset__isnull", label!(package.package_set))
            .linked(),
        TOLD.among("store__isnull", label!(package.uploaded_here), uploaded),
        TOLD.filter("name__icontains", label!(common.name)),
        TOLD.filter("version__icontains", label!(package.version)),
        TOLD.filter("architecture", label!(package.architecture)),
    ],
    first: Some(upload::upload_first),
    tools: Some(upload::upload_tool),
    keeps: |package| !file::is_stored(package),
    actions: Some(file::download),
    relations: &[
        Relation::new(&DEPLOYMENTS, "available_packages__id").called(label!(package.offered_by)),
        Relation::new(&COMPUTERS, "installed_package"),
        Relation::new(&PACKAGES_HISTORY, "package__id"),
    ],
    tabs: &[ObjectTab::new(
        "contents",
        label!(package.contents),
        file::contents,
    )],
    ..TOLD.sheet()
};

fn uploaded() -> Vec<Choice> {
    vec![
        Choice::new("false", t!(common.yes)),
        Choice::new("true", t!(package.only_inventory)),
    ]
}

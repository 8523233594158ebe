//! Uploaded package files.
mod file;
mod upload;

use super::{COMPUTERS, DEPLOYMENTS, PACKAGES_HISTORY, PROJECTS, STORES};
use crate::{
    entity::{
        Cell, Choices, Column, ENTITY, Entity, Filter, FilterKind, ObjectTab, Relation, SHEET,
        Sheet,
    },
    text::{Label, label, t},
};
use migasfree_ui_kit::Choice;

pub static PACKAGES: Entity = Entity {
    path: "packages",
    api: "packages/",
    model: "core.package",
    icon: icondata::LuPackage,
    plural: label!(package.plural),
    singular: label!(package.singular),
    text: &["fullname", "name"],
    needs: &[&STORES],
    ..ENTITY
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
        Column::new("fullname", label!(package.file), Cell::Name),
        Column::new("name", label!(common.name), Cell::Text).hidden(),
        Column::new("version", label!(package.version), Cell::Mono),
        Column::new("architecture", label!(package.architecture), Cell::Mono),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)),
        Column::new("store", label!(store.singular), Cell::Link(&STORES)).unsorted(),
    ],
    filters: &[
        Filter::new(
            "project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new(
            "store__id",
            label!(store.singular),
            FilterKind::Object(&STORES),
        ),
        Filter::new(
            "deployment__id",
            label!(deployment.singular),
            FilterKind::Object(&DEPLOYMENTS),
        )
        .linked(),
        Filter::new(
            "deployment__isnull",
            label!(deployment.singular),
            FilterKind::Presence,
        ),
        Filter::new(
            "packageset__isnull",
            label!(package.package_set),
            FilterKind::Presence,
        )
        .linked(),
        Filter::new(
            "store__isnull",
            label!(package.uploaded_here),
            FilterKind::Choices(Choices::Own(uploaded)),
        ),
        Filter::new("name__icontains", label!(common.name), FilterKind::Text),
        Filter::new(
            "version__icontains",
            label!(package.version),
            FilterKind::Text,
        ),
        Filter::new(
            "architecture",
            label!(package.architecture),
            FilterKind::Text,
        ),
    ],
    // Packages that are only known from inventories of computers are many, and not what is published.
    narrowed: Some(("store__isnull", "false")),
    ordering: "fullname",
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
    ..SHEET
};

fn uploaded() -> Vec<Choice> {
    vec![
        Choice::new("false", t!(common.yes)),
        Choice::new("true", t!(package.only_inventory)),
    ]
}

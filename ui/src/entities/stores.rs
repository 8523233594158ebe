//! Places packages are uploaded to.
use super::{PACKAGES, PROJECTS};
use crate::{
    entity::{Cell, Entity, Relation, SECTION, Section, Sheet, told::CORE_STORE as TOLD, value},
    text::label,
};

pub static STORES: Entity = Entity {
    path: "stores",
    icon: icondata::LuWarehouse,
    plural: label!(store.plural),
    singular: label!(store.singular),
    create: Some(label!(store.create)),
    needs: &[&PROJECTS],
    ..TOLD.entity()
};

pub static STORES_SHEET: Sheet = Sheet {
    about: label!(store.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
    ],
    filters: &[TOLD.by("project__id", label!(project.singular), &PROJECTS)],
    form: &[Section {
        fields: &[
            TOLD.one("project", label!(project.singular), &PROJECTS)
                .fixed(),
            TOLD.field("name", label!(common.name))
                .prompt(label!(store.name_help)),
        ],
        ..SECTION
    }],
    relations: &[Relation::new(&PACKAGES, "store__id")],
    replaced_by: |store| format!("&project__id={}", value::id(value::at(store, "project"))),
    ..TOLD.sheet()
};

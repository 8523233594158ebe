//! Categories of applications.
use super::APPLICATIONS;
use crate::{
    entity::{Cell, Entity, Relation, SECTION, Section, Sheet, told::APP_CATALOG_CATEGORY as TOLD},
    text::label,
};

pub static CATEGORIES: Entity = Entity {
    path: "categories",
    icon: icondata::LuShapes,
    plural: label!(category.plural),
    singular: label!(category.singular),
    create: Some(label!(category.create)),
    ..TOLD.entity()
};

pub static CATEGORIES_SHEET: Sheet = Sheet {
    about: label!(category.about),
    columns: &[TOLD.column("name", label!(common.name), Cell::Name)],
    form: &[Section {
        fields: &[TOLD.field("name", label!(common.name))],
        ..SECTION
    }],
    relations: &[Relation::new(&APPLICATIONS, "category__id")],
    ..TOLD.sheet()
};

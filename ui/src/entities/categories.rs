//! Categories of applications.
use super::APPLICATIONS;
use crate::{
    entity::{Belongs, Cell, Column, ENTITY, Entity, Field, Kind, Relation, SHEET, Section, Sheet},
    text::{Label, label},
};

pub static CATEGORIES: Entity = Entity {
    path: "categories",
    api: "catalog/categories/",
    model: "app_catalog.category",
    icon: icondata::LuShapes,
    plural: label!(category.plural),
    singular: label!(category.singular),
    create: Some(label!(category.create)),
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static CATEGORIES_SHEET: Sheet = Sheet {
    about: label!(category.about),
    columns: &[Column::new("name", label!(common.name), Cell::Name)],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[Field::new("name", label!(common.name), Kind::Text).required()],
    }],
    relations: &[Relation::new(&APPLICATIONS, "category__id")],
    ..SHEET
};

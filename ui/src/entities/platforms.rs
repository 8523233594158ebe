//! Families of operating systems.
use super::{COMPUTERS, PROJECTS};
use crate::{
    entity::{Belongs, Cell, Column, ENTITY, Entity, Field, Kind, Relation, SHEET, Section, Sheet},
    text::{Label, label},
};

pub static PLATFORMS: Entity = Entity {
    path: "platforms",
    api: "platforms/",
    model: "core.platform",
    icon: icondata::LuLayers,
    plural: label!(platform.plural),
    singular: label!(platform.singular),
    create: Some(label!(platform.create)),
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static PLATFORMS_SHEET: Sheet = Sheet {
    about: label!(platform.about),
    columns: &[Column::new("name", label!(common.name), Cell::Name)],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[Field::new("name", label!(common.name), Kind::Text)
            .required()
            .prompt(label!(platform.name_help))],
    }],
    relations: &[
        Relation::new(&PROJECTS, "platform__id"),
        Relation::new(&COMPUTERS, "platform"),
    ],
    ..SHEET
};

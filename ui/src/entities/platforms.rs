//! Families of operating systems.
use super::{COMPUTERS, PROJECTS};
use crate::{
    entity::{Cell, Entity, Relation, SECTION, Section, Sheet, told::CORE_PLATFORM as TOLD},
    text::label,
};

pub static PLATFORMS: Entity = Entity {
    path: "platforms",
    icon: icondata::LuLayers,
    plural: label!(platform.plural),
    singular: label!(platform.singular),
    create: Some(label!(platform.create)),
    ..TOLD.entity()
};

pub static PLATFORMS_SHEET: Sheet = Sheet {
    about: label!(platform.about),
    columns: &[TOLD.column("name", label!(common.name), Cell::Name)],
    form: &[Section {
        fields: &[TOLD
            .field("name", label!(common.name))
            .prompt(label!(platform.name_help))],
        ..SECTION
    }],
    relations: &[
        Relation::new(&PROJECTS, "platform__id"),
        Relation::new(&COMPUTERS, "platform"),
    ],
    ..TOLD.sheet()
};

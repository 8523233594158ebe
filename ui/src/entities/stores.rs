//! Places packages are uploaded to.
use super::{PACKAGES, PROJECTS};
use crate::{
    entity::{
        Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation, SHEET, Section,
        Sheet, value,
    },
    text::{Label, label},
};

pub static STORES: Entity = Entity {
    path: "stores",
    api: "stores/",
    model: "core.store",
    icon: icondata::LuWarehouse,
    plural: label!(store.plural),
    singular: label!(store.singular),
    create: Some(label!(store.create)),
    needs: &[&PROJECTS],
    ..ENTITY
};

pub static STORES_SHEET: Sheet = Sheet {
    about: label!(store.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)),
    ],
    filters: &[Filter::new(
        "project__id",
        label!(project.singular),
        FilterKind::Object(&PROJECTS),
    )],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new(
                "project",
                label!(project.singular),
                Kind::One {
                    entity: &PROJECTS,
                    filter: |_| String::new(),
                },
            )
            .required()
            .fixed(),
            Field::new("name", label!(common.name), Kind::Text)
                .required()
                .prompt(label!(store.name_help)),
        ],
    }],
    relations: &[Relation::new(&PACKAGES, "store__id")],
    replaced_by: |store| format!("&project__id={}", value::id(value::at(store, "project"))),
    ..SHEET
};

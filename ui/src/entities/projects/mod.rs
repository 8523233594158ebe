//! Distribution releases, each with its package manager.
mod unpublished;

use super::{COMPUTERS, DEPLOYMENTS, PACKAGES, PLATFORMS, STORES, choices};
use crate::{
    entity::{
        Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation,
        SHEET, Section, Sheet,
    },
    text::{Label, label},
};
use serde_json::json;

pub static PROJECTS: Entity = Entity {
    path: "projects",
    api: "projects/",
    model: "core.project",
    icon: icondata::LuFolderCog,
    plural: label!(project.plural),
    singular: label!(project.singular),
    create: Some(label!(project.create)),
    belongs: Belongs::Everybody,
    needs: &[&PLATFORMS],
    ..ENTITY
};

pub static PROJECTS_SHEET: Sheet = Sheet {
    about: label!(project.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new(
            "platform",
            label!(platform.singular),
            Cell::Link(&PLATFORMS),
        ),
        Column::new("pms", label!(project.pms), Cell::Mono),
        Column::new("architecture", label!(project.architecture), Cell::Mono),
        Column::new(
            "auto_register_computers",
            label!(project.auto_register),
            Cell::Flag,
        ),
    ],
    filters: &[
        Filter::new(
            "platform__id",
            label!(platform.singular),
            FilterKind::Object(&PLATFORMS),
        ),
        Filter::new(
            "pms",
            label!(project.pms),
            FilterKind::Choices(Choices::Own(choices::package_managers)),
        ),
        Filter::new(
            "auto_register_computers",
            label!(project.auto_register),
            FilterKind::Flag,
        ),
    ],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text)
                .required()
                .prompt(label!(project.name_help))
                .warn(label!(project.name_warning)),
            Field::new(
                "platform",
                label!(platform.singular),
                Kind::One {
                    entity: &PLATFORMS,
                    filter: |_| String::new(),
                },
            )
            .required(),
            Field::new(
                "pms",
                label!(project.pms),
                Kind::Choices(Choices::Own(choices::package_managers)),
            )
            .required()
            .help(label!(project.pms_help))
            .initially(|| json!("apt")),
            Field::new("architecture", label!(project.architecture), Kind::Mono)
                .required()
                .prompt(label!(project.architecture_help))
                .initially(|| json!("amd64")),
            Field::new(
                "auto_register_computers",
                label!(project.auto_register),
                Kind::Flag,
            )
            .help(label!(project.auto_register_help)),
        ],
    }],
    banner: Some(unpublished::unpublished),
    relations: &[
        Relation::new(&STORES, "project__id").offering("project"),
        Relation::new(&PACKAGES, "project__id"),
        Relation::new(&DEPLOYMENTS, "project__id").offering("project"),
        Relation::new(&COMPUTERS, "project__id"),
    ],
    ..SHEET
};

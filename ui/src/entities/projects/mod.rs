//! Distribution releases, each with its package manager.
mod unpublished;

use super::{COMPUTERS, DEPLOYMENTS, PACKAGES, PLATFORMS, STORES, choices};
use crate::{
    entity::{Cell, Entity, Kind, Relation, SECTION, Section, Sheet, told::CORE_PROJECT as TOLD},
    text::label,
};
use serde_json::json;

pub static PROJECTS: Entity = Entity {
    path: "projects",
    icon: icondata::LuFolderCog,
    plural: label!(project.plural),
    singular: label!(project.singular),
    create: Some(label!(project.create)),
    needs: &[&PLATFORMS],
    ..TOLD.entity()
};

pub static PROJECTS_SHEET: Sheet = Sheet {
    about: label!(project.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column(
            "platform",
            label!(platform.singular),
            Cell::Link(&PLATFORMS),
        ),
        TOLD.column("pms", label!(project.pms), Cell::Mono),
        TOLD.column("architecture", label!(project.architecture), Cell::Mono),
        TOLD.column(
            "auto_register_computers",
            label!(project.auto_register),
            Cell::Flag,
        ),
    ],
    filters: &[
        TOLD.by("platform__id", label!(platform.singular), &PLATFORMS),
        TOLD.among("pms", label!(project.pms), choices::package_managers),
        TOLD.filter("auto_register_computers", label!(project.auto_register)),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name))
                .prompt(label!(project.name_help))
                .warn(label!(project.name_warning)),
            TOLD.one("platform", label!(platform.singular), &PLATFORMS),
            TOLD.choice("pms", label!(project.pms), choices::package_managers)
                .help(label!(project.pms_help))
                .initially(|| json!("apt")),
            TOLD.field("architecture", label!(project.architecture))
                .drawn(Kind::Mono)
                .prompt(label!(project.architecture_help))
                .initially(|| json!("amd64")),
            TOLD.field("auto_register_computers", label!(project.auto_register))
                .help(label!(project.auto_register_help)),
            TOLD.field("enrolment_approval", label!(project.enrolment_approval))
                .help(label!(project.enrolment_approval_help)),
            TOLD.field("native_only", label!(project.native_only))
                .help(label!(project.native_only_help)),
        ],
        ..SECTION
    }],
    banner: Some(unpublished::unpublished),
    relations: &[
        Relation::new(&STORES, "project__id").offering("project"),
        Relation::new(&PACKAGES, "project__id"),
        Relation::new(&DEPLOYMENTS, "project__id").offering("project"),
        Relation::new(&COMPUTERS, "project__id"),
    ],
    ..TOLD.sheet()
};

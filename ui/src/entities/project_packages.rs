//! Which packages make an application in a project; edited on the application's page.
use super::PROJECTS;
use crate::{
    entity::{ENTITY, Entity, Field, Kind, SHEET, Section, Sheet},
    text::{Label, label},
};

pub static PROJECT_PACKAGES: Entity = Entity {
    path: "project-packages",
    api: "catalog/project-packages/",
    model: "app_catalog.packagesbyproject",
    icon: icondata::LuPackage,
    plural: label!(application.packages),
    singular: label!(application.packages),
    page: false,
    needs: &[&PROJECTS],
    ..ENTITY
};

pub static PROJECT_PACKAGES_SHEET: Sheet = Sheet {
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
            .required(),
            Field::new(
                "packages_to_install",
                label!(deployment.packages_to_install),
                Kind::Lines,
            )
            .required()
            .offered()
            .prompt(label!(application.packages_help)),
        ],
    }],
    ..SHEET
};

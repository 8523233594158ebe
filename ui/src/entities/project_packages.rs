//! Which packages make an application in a project; edited on the application's page.
use super::PROJECTS;
use crate::{
    entity::{Entity, SECTION, SHEET, Section, Sheet, told::APP_CATALOG_PACKAGESBYPROJECT as TOLD},
    text::label,
};

pub static PROJECT_PACKAGES: Entity = Entity {
    path: "project-packages",
    icon: icondata::LuPackage,
    plural: label!(application.packages),
    singular: label!(application.packages),
    page: false,
    needs: &[&PROJECTS],
    ..TOLD.entity()
};

pub static PROJECT_PACKAGES_SHEET: Sheet = Sheet {
    form: &[Section {
        fields: &[
            TOLD.one("project", label!(project.singular), &PROJECTS),
            TOLD.field(
                "packages_to_install",
                label!(deployment.packages_to_install),
            )
            .required()
            .offered()
            .prompt(label!(application.packages_help)),
        ],
        ..SECTION
    }],
    ..SHEET
};

//! Which packages an application is, project by project.
use crate::{
    entities::PROJECTS,
    entity::{
        Entity, RelatedRows, SECTION, Section, Sheet, cell,
        told::APP_CATALOG_PACKAGESBYPROJECT as TOLD, value,
    },
    text::label,
};
use leptos::prelude::*;
use migasfree_ui_kit::Chip;
use serde_json::Value;

pub static PACKAGES: RelatedRows = RelatedRows {
    entity: &PROJECT_PACKAGES,
    sheet: &PROJECT_PACKAGES_SHEET,
    parent: "application",
    draw,
};

static PROJECT_PACKAGES: Entity = Entity {
    path: "project-packages",
    icon: icondata::LuPackage,
    plural: label!(application.packages),
    singular: label!(application.packages),
    create: Some(label!(application.add_packages)),
    page: false,
    needs: &[&PROJECTS],
    ..TOLD.entity()
};

static PROJECT_PACKAGES_SHEET: Sheet = Sheet {
    about: label!(application.packages_rows_help),
    ordering: "project",
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
    ..TOLD.sheet()
};

fn draw(row: &Value) -> AnyView {
    let packages = value::list(row, "packages_to_install")
        .iter()
        .filter_map(Value::as_str)
        .map(|name| view! { <Chip label=name.to_owned() icon=icondata::LuPackage /> })
        .collect_view();
    view! {
        <div class="policy-group">
            <b>{cell::link(&PROJECTS, value::at(row, "project"))}</b>
            <span class="chip-row">{packages}</span>
        </div>
    }
    .into_any()
}

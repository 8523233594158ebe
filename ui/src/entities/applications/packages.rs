//! Which packages an application is, project by project.
use crate::{
    entities::{APPLICATIONS, PROJECT_PACKAGES, PROJECT_PACKAGES_SHEET, PROJECTS},
    entity::{cell, value},
    form::Rows,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::Chip;
use serde_json::Value;

/// Below the form of an application.
pub fn packages(id: i64, object: Value) -> AnyView {
    view! {
        <Rows
            entity=&PROJECT_PACKAGES
            sheet=&PROJECT_PACKAGES_SHEET
            parent="application"
            parent_id=id
            ordering="project"
            title=t!(application.packages)
            help=t!(application.packages_rows_help)
            add=t!(application.add_packages)
            theirs=APPLICATIONS.is_theirs(&object)
            draw=draw
        />
    }
    .into_any()
}

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

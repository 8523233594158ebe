//! Which packages an application is, project by project.
use crate::{
    api::Query,
    entities::{APPLICATIONS, PROJECT_PACKAGES, PROJECT_PACKAGES_SHEET, PROJECTS},
    entity::{cell, value},
    form::Rows,
    object::once_there,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::Chip;
use serde_json::Value;

/// On the application's page.
pub fn tab(id: i64, application: Query<Value>) -> AnyView {
    once_there(application, move |application| {
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
                theirs=APPLICATIONS.is_theirs(&application)
                draw=draw
            />
        }
        .into_any()
    })
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

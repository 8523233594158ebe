//! Cells of the list of computers.
use crate::{
    entities::{self, COMPUTERS},
    entity::{cell, value},
};
use leptos::prelude::*;
use migasfree_ui_kit::Icon;
use serde_json::Value;

/// Members that hold the name of who was logged in.
pub const USER: &[&str] = &["fullname", "name", "__str__"];

/// The name with the kind of machine, leading to the page.
pub fn name_cell(row: &Value) -> AnyView {
    let icon = match value::text(row, "product_system").as_str() {
        "laptop" => icondata::LuLaptop,
        "virtual" => icondata::LuServer,
        "docker" => icondata::LuContainer,
        _ => icondata::LuMonitor,
    };
    let text = COMPUTERS.text_of(row);
    let host = entities::host_name(row);
    let summary = value::text(row, "summary");
    view! {
        <a class="name-link with-icon" href=format!("/computers/{}", value::id(row)) title=summary>
            <Icon icon />
            {text}
        </a>
        {host.map(|host| view! { <span class="host-name">{host}</span> })}
    }
    .into_any()
}

/// When it was last in touch.
pub fn sync_cell(row: &Value) -> AnyView {
    cell::when(&value::text(row, "sync_end_date"))
}

/// Who was logged in then.
pub fn user_cell(row: &Value) -> AnyView {
    cell::plain_name(value::at(row, "sync_user"), USER)
}

/// The first step in the empty list: what to type on the computer.
pub fn register_first() -> AnyView {
    view! { <code class="command">"sudo migasfree register"</code> }.into_any()
}

//! What cannot be done yet with the packages of a project.
use crate::{api::Query, entity::value, text::tf};
use leptos::prelude::*;
use migasfree_ui_kit::{Notice, Tone};
use serde_json::Value;

/// Above the tabs of a project whose repositories cannot be published.
pub fn unpublished(_: i64, project: Query<Value>) -> AnyView {
    let pms = move || {
        project.value.with(|project| {
            let project = project.as_ref()?;
            let is_unpublished = value::at(project, "is_published").as_bool() == Some(false);
            is_unpublished.then(|| value::text(project, "pms"))
        })
    };
    let said = move || {
        pms().map(|pms| {
            let words = tf!(project.unpublished, pms = pms);
            view! { <Notice tone=Tone::Warning>{words}</Notice> }
        })
    };
    said.into_any()
}

//! A file of any kind: the one that is there to be fetched, and the way to choose another.
use super::FormState;
use crate::entity::{Field, cell};
use leptos::{ev, html, prelude::*};
use serde_json::Value;

/// The control.
#[component]
pub fn FileField(
    form: FormState,
    field: &'static Field,
    /// It is only shown.
    fixed: bool,
) -> impl IntoView {
    let value = form.value(field.name);
    let ids = migasfree_ui_kit::field::field_ids();
    let invalid = ids.invalid;
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_: ev::Event| {
        let files = input.get_untracked().and_then(|input| input.files());
        let file = files.and_then(|files| files.get(0));
        if let Some(file) = &file {
            value.set(Value::String(file.name()));
        }
        form.set_file(field.name, file);
    };
    Effect::new(move || {
        value.track();
        let waits = form.files().contains_key(field.name);
        if let Some(input) = input.get().filter(|_| !waits) {
            input.set_value("");
        }
    });
    let there = move || value.with(|value| cell::file(value.as_str().unwrap_or_default()));
    let choose = (!fixed).then(|| {
        view! {
            <input
                node_ref=input
                id=ids.control
                class="file-choice"
                type="file"
                aria-describedby=ids.description
                aria-invalid=move || invalid.get().then_some("true")
                on:change=chosen
            />
        }
    });
    view! { <div class="file-field">{there} {choose}</div> }
}

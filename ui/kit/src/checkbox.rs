//! Check box and switch with their label.
use crate::field::{FieldErrors, unique_id};
use leptos::prelude::*;

/// A check box with its text and an optional explanation.
#[component]
pub fn Checkbox(
    value: RwSignal<bool>,
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Messages of the server, shown below the text.
    #[prop(optional, into)]
    errors: Signal<Vec<String>>,
) -> impl IntoView {
    toggle(
        "checkbox checkbox-sm",
        None,
        value,
        label,
        help,
        disabled,
        errors,
    )
}

/// A switch: takes effect for what it stands beside.
#[component]
pub fn Switch(
    value: RwSignal<bool>,
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    toggle(
        "toggle toggle-sm",
        Some("switch"),
        value,
        label,
        help,
        disabled,
        Signal::stored(Vec::new()),
    )
}

fn toggle(
    class: &'static str,
    role: Option<&'static str>,
    value: RwSignal<bool>,
    label: TextProp,
    help: MaybeProp<String>,
    disabled: Signal<bool>,
    errors: Signal<Vec<String>>,
) -> impl IntoView {
    let id = unique_id("check");
    let about = format!("{id}-about");
    view! {
        <div class="check" class:field-invalid=move || !errors.get().is_empty()>
            <input
                id=id.clone()
                type="checkbox"
                role=role
                class=class
                disabled=disabled
                aria-describedby=about.clone()
                aria-invalid=move || (!errors.get().is_empty()).then_some("true")
                prop:checked=value
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <div>
                <label for=id>{move || label.get()}</label>
                <div id=about>
                    <FieldErrors errors />
                    {move || help.get().map(|help| view! { <p class="field-help">{help}</p> })}
                </div>
            </div>
        </div>
    }
}

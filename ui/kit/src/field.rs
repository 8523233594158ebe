//! The frame of a form field: label, help, control, errors at the field.
use crate::icon::Icon;
use leptos::{context::Provider, prelude::*};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An id that is unique in the document.
pub fn unique_id(prefix: &str) -> String {
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What a control inside a [`Field`] needs to be tied to its label, help and errors.
#[derive(Debug, Clone)]
pub struct FieldIds {
    /// `id` of the control.
    pub control: String,
    /// `aria-describedby` of the control.
    pub description: String,
    /// Whether `aria-invalid` is set.
    pub invalid: Signal<bool>,
}

/// The ids of the surrounding field, or fresh ones.
pub fn field_ids() -> FieldIds {
    use_context::<FieldIds>().unwrap_or_else(|| FieldIds {
        control: unique_id("control"),
        description: String::new(),
        invalid: Signal::stored(false),
    })
}

/// A field. Controls of the kit inside it find their ids by themselves.
#[component]
pub fn Field(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: MaybeProp<String>,
    /// Messages of the check or of the server, shown below the control.
    #[prop(optional, into)]
    errors: Signal<Vec<String>>,
    #[prop(optional)] required: bool,
    children: Children,
) -> impl IntoView {
    let control = unique_id("field");
    let description = format!("{control}-about");
    let ids = FieldIds {
        control: control.clone(),
        description: description.clone(),
        invalid: Signal::derive(move || !errors.get().is_empty()),
    };
    view! {
        <div class="field" class:field-invalid=move || !errors.get().is_empty()>
            <label class="field-label" for=control>
                {move || label.get()}
                {required.then(|| view! { <span class="field-required" aria-hidden="true">"*"</span> })}
            </label>
            // For what is inside alone: an owner keeps its contexts when its values are disposed of, and the next control would find them dead.
            <Provider value=ids>{children()}</Provider>
            <div id=description class="field-about">
                <FieldErrors errors />
                {move || help.get().map(|help| view! { <p class="field-help">{help}</p> })}
            </div>
        </div>
    }
}

/// Messages at a field, told to screen readers when they come.
#[component]
pub fn FieldErrors(errors: Signal<Vec<String>>) -> impl IntoView {
    view! {
        <div class="field-errors" aria-live="polite">
            {move || {
                errors
                    .get()
                    .into_iter()
                    .map(|error| view! { <p><Icon icon=icondata::LuCircleAlert /><span>{error}</span></p> })
                    .collect_view()
            }}
        </div>
    }
}

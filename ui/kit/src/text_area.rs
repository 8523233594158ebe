//! Several lines of text.
use crate::field::field_ids;
use leptos::prelude::*;

/// A text area bound to a signal.
#[component]
pub fn TextArea(
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u16,
    #[prop(optional)] mono: bool,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(optional, into)] label: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let ids = field_ids();
    let invalid = ids.invalid;
    view! {
        <textarea
            id=ids.control
            class="textarea w-full"
            class:font-mono=mono
            rows=rows.to_string()
            disabled=disabled
            placeholder=move || placeholder.get()
            aria-label=move || label.get()
            aria-describedby=ids.description
            aria-invalid=move || invalid.get().then_some("true")
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        ></textarea>
    }
}

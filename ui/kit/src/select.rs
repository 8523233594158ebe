//! A native select.
use crate::field::field_ids;
use leptos::prelude::*;

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// An option from its value and its text.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// A select bound to a signal. Options may arrive later than the value.
#[component]
pub fn Select(
    value: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] label: MaybeProp<String>,
    #[prop(optional, into)] class: &'static str,
) -> impl IntoView {
    let ids = field_ids();
    let invalid = ids.invalid;
    view! {
        <select
            id=ids.control
            class=format!("select {}", if class.is_empty() { "w-full" } else { class })
            required=required
            disabled=disabled
            aria-label=move || label.get()
            aria-describedby=ids.description
            aria-invalid=move || invalid.get().then_some("true")
            on:change=move |event| value.set(event_target_value(&event))
        >
            {move || {
                choices
                    .get()
                    .into_iter()
                    .map(|choice| {
                        let own = choice.value.clone();
                        view! {
                            <option value=choice.value prop:selected=move || value.get() == own>
                                {choice.label}
                            </option>
                        }
                    })
                    .collect_view()
            }}
        </select>
    }
}

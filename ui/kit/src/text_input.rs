//! One line of text, a number, a password or a date.
use crate::{button::IconButton, field::field_ids, one_line::paste, texts::use_texts};
use leptos::prelude::*;

/// A text input bound to a signal.
#[component]
pub fn TextInput(
    value: RwSignal<String>,
    /// The `type` of the native input.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(optional, into)] name: Option<&'static str>,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// For names, ids and code.
    #[prop(optional)]
    mono: bool,
    /// Name for screen readers outside a `Field`.
    #[prop(optional, into)]
    label: MaybeProp<String>,
) -> impl IntoView {
    let ids = field_ids();
    let invalid = ids.invalid;
    let revealed = RwSignal::new(false);
    let password = kind == "password";
    let input = view! {
        <input
            id=ids.control
            class="input w-full"
            class:font-mono=mono
            type=move || if password && revealed.get() { "text" } else { kind }
            name=name
            autocomplete=autocomplete
            autofocus=autofocus
            required=required
            disabled=disabled
            placeholder=move || placeholder.get()
            aria-label=move || label.get()
            aria-describedby=ids.description
            aria-invalid=move || invalid.get().then_some("true")
            spellcheck="false"
            prop:value=value
            on:paste=move |event| paste(&event)
            on:input=move |event| value.set(event_target_value(&event))
        />
    };
    if !password {
        return input.into_any();
    }
    let texts = use_texts();
    view! {
        <div class="input-with-button">
            {input}
            <IconButton
                icon=Signal::derive(move || if revealed.get() { icondata::LuEyeOff } else { icondata::LuEye })
                label=move || texts.get().show_password
                pressed=Signal::derive(move || Some(revealed.get()))
                on_press=move |_| revealed.update(|on| *on = !*on)
            />
        </div>
    }
    .into_any()
}

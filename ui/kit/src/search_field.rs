//! A search box that answers while typing.
use crate::{icon::Icon, later::Later, one_line::paste, texts::use_texts};
use leptos::{ev::KeyboardEvent, html::Input, prelude::*};
use std::time::Duration;

/// Calls `on_search` 200 ms after the last key, at once on Enter and when cleared.
#[component]
pub fn SearchField(
    value: RwSignal<String>,
    /// Name and placeholder.
    #[prop(into)]
    label: TextProp,
    #[prop(optional, into)] on_search: Option<Callback<String>>,
    #[prop(optional)] input_ref: NodeRef<Input>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] class: &'static str,
) -> impl IntoView {
    let texts = use_texts();
    let pending = Later::new();
    let search = move |text: String| {
        pending.cancel();
        if let Some(on_search) = on_search {
            on_search.run(text);
        }
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        value.set(text.clone());
        pending.run(Duration::from_millis(200), move || search(text));
    };
    let on_keydown = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => search(value.get_untracked()),
        "Escape" if !value.get_untracked().is_empty() => {
            event.stop_propagation();
            value.set(String::new());
            search(String::new());
        }
        _ => {}
    };
    let placeholder = label.clone();
    view! {
        <div class=format!("search-field {class}") role="search">
            <Icon icon=icondata::LuSearch />
            <input
                node_ref=input_ref
                type="search"
                class="input w-full"
                autocomplete="off"
                spellcheck="false"
                autofocus=autofocus
                aria-label=move || label.get().to_string()
                placeholder=move || placeholder.get().to_string()
                prop:value=value
                on:paste=move |event| paste(&event)
                on:input=on_input
                on:keydown=on_keydown
            />
            <Show when=move || !value.get().is_empty()>
                <button
                    type="button"
                    class="search-clear"
                    aria-label=move || texts.get().clear
                    on:click=move |_| {
                        value.set(String::new());
                        search(String::new());
                        if let Some(input) = input_ref.get_untracked() {
                            let _ = input.focus();
                        }
                    }
                >
                    <Icon icon=icondata::LuX />
                </button>
            </Show>
        </div>
    }
}

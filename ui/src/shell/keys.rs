//! The keys: a list of them, and the dialog that `?` opens.
use crate::{preferences, text::t};
use leptos::{ev, prelude::*};
use migasfree_ui_kit::{Dialog, table::is_typing};

/// What each key does.
#[component]
pub fn KeyList() -> impl IntoView {
    let keys = [
        ("Ctrl K", t!(preferences.key_search)),
        ("Ctrl S", t!(preferences.key_save)),
        ("/", t!(preferences.key_filter)),
        ("j  k", t!(preferences.key_move)),
        ("x", t!(preferences.key_select)),
        ("Enter", t!(preferences.key_open)),
        ("?", t!(preferences.key_help)),
    ];
    view! {
        <dl class="keys">
            {keys
                .into_iter()
                .map(|(key, words)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{words}</dd></div> })
                .collect_view()}
        </dl>
    }
}

/// Opens the list of keys on `?`.
#[component]
pub fn KeyHelp() -> impl IntoView {
    let open = RwSignal::new(false);
    let asked = window_event_listener(ev::keydown, move |event| {
        if event.key() == "?" && preferences::single_keys().get_untracked() && !is_typing(&event) {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || asked.remove());
    view! {
        <Dialog open title=t!(preferences.keys)>
            <KeyList />
        </Dialog>
    }
}

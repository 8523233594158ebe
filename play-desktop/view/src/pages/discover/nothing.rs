//! Nothing to show: nothing fits, or nothing is offered.

use crate::{
    state::{Shown, use_actions, use_store},
    text::{filled, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, EmptyState};

/// The empty place.
#[component]
pub fn Nothing(
    /// Whether something was typed or chosen.
    filtered: Memo<bool>,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let similar = Memo::new(move |_| {
        let typed = store.filter.query.get();
        store.index.with(|index| {
            let app = index.as_ref()?.similar(&typed)?;
            Some(app.name.clone())
        })
    });
    let reset = move |_| {
        store.filter.query.set(String::new());
        store.filter.category.set(0);
        store.filter.shown.set(Shown::All);
    };
    let texts = move |which: u8| {
        let locale = i18n.get_locale();
        match (which, filtered.get()) {
            (0, true) => td_string!(locale, discover.nothing_title),
            (0, false) => td_string!(locale, discover.empty_title),
            (_, true) => td_string!(locale, discover.nothing_text),
            (_, false) => td_string!(locale, discover.empty_text),
        }
    };
    view! {
        <div data-testid="nothing">
            <EmptyState
                icon=Signal::derive(move || {
                    if filtered.get() { icondata::LuSearchX } else { icondata::LuPackageOpen }
                })
                title=move || texts(0)
                text=Signal::derive(move || Some(texts(1).to_owned()))
            >
                {move || {
                    similar
                        .get()
                        .map(|name| {
                            let typed = name.clone();
                            view! {
                                <Button on_press=move |_| store.filter.query.set(typed.clone())>
                                    {move || filled!(i18n.get_locale(), discover.nothing_similar, name = name.clone())}
                                </Button>
                            }
                        })
                }}
                <Show
                    when=move || filtered.get()
                    fallback=move || {
                        view! {
                            <Button
                                icon=icondata::LuRefreshCw
                                busy=Signal::derive(move || store.work.is_syncing())
                                on_press=move |_| actions.sync()
                            >
                                {move || td_string!(i18n.get_locale(), nav.sync)}
                            </Button>
                        }
                    }
                >
                    <Button on_press=reset>{move || td_string!(i18n.get_locale(), discover.reset)}</Button>
                </Show>
            </EmptyState>
        </div>
    }
}

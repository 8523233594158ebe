//! What of the catalogue is on the computer.

use crate::{
    pages::discover::Loading,
    parts::AppGrid,
    state::{Page, Store, fold, use_store},
    text::{filled, i18n::td_string, number, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::AppState;
use migasfree_ui_kit::{Button, ButtonLook, EmptyState, PageTitle, SearchField};

/// The page.
#[component]
pub fn Installed() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let ids = Memo::new(move |_| installed(&store));
    let loaded = Memo::new(move |_| store.index.with(Option::is_some));
    let title = Signal::derive(move || td_string!(i18n.get_locale(), installed.title).to_owned());
    let count = Signal::derive(move || {
        let locale = i18n.get_locale();
        Some(match ids.with(Vec::len) {
            1 => td_string!(locale, discover.count_single).to_string(),
            count => filled!(locale, discover.count_many, count = number(count, locale)),
        })
    });
    let searched = move || !store.installed_query.with(|query| query.trim().is_empty());
    view! {
        <div class="page">
            <PageTitle title=move || title.get() subtitle=count>
                <SearchField
                    value=store.installed_query
                    label=move || td_string!(i18n.get_locale(), installed.search)
                    class="installed-search"
                />
            </PageTitle>
            <Show when=move || loaded.get() fallback=|| view! { <Loading /> }>
                <Show
                    when=move || !ids.with(Vec::is_empty)
                    fallback=move || view! { <Empty searched=searched() /> }
                >
                    <AppGrid ids label=title />
                </Show>
            </Show>
        </div>
    }
}

#[component]
fn Empty(searched: bool) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let texts = move |which: u8| {
        let locale = i18n.get_locale();
        match (which, searched) {
            (0, true) => td_string!(locale, discover.nothing_title),
            (0, false) => td_string!(locale, installed.empty_title),
            (_, true) => td_string!(locale, discover.nothing_text),
            (_, false) => td_string!(locale, installed.empty_text),
        }
    };
    view! {
        <EmptyState
            icon=icondata::LuPackageOpen
            title=move || texts(0)
            text=Signal::derive(move || Some(texts(1).to_owned()))
        >
            <Button look=ButtonLook::Primary on_press=move |_| store.navigation.go(Page::Discover)>
                {move || td_string!(i18n.get_locale(), installed.first)}
            </Button>
        </EmptyState>
    }
}

fn installed(store: &Store) -> Vec<u32> {
    let query = store.installed_query.get();
    let mut ids = store.index.with(|index| {
        let Some(index) = index else {
            return Vec::new();
        };
        store.states.with(|states| {
            index.find(&query, |app| {
                let info = states.get(&app.id).unwrap_or(&app.state);
                info.installed || matches!(info.state, AppState::PartlyInstalled | AppState::Broken)
            })
        })
    });
    if query.trim().is_empty() {
        store.index.with(|index| {
            let name = |id: &u32| {
                let app = index.as_ref().and_then(|index| index.get(*id));
                app.map(|app| fold(&app.name))
            };
            ids.sort_by_cached_key(name);
        });
    }
    ids
}

//! The catalogue: search, what is recommended, categories, and all applications.

mod featured;
mod filters;
mod nothing;

use crate::{
    parts::{AppGrid, GridSkeleton},
    state::{Shown, Store, read_catalog, use_store},
    text::{filled, i18n::td_string, number, use_i18n},
};
use featured::{Featured, featured};
use filters::{Categories, StateFilter};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{App, AppState, Level};
use migasfree_ui_kit::{Later, SearchField};
use nothing::Nothing;

/// The page.
#[component]
pub fn Discover() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let filter = store.filter;
    let loaded = Memo::new(move |_| store.index.with(Option::is_some));
    let filtered = Memo::new(move |_| {
        !filter.query.with(|query| query.trim().is_empty())
            || filter.category.get() != 0
            || filter.shown.get() != Shown::All
    });
    let recommended = Memo::new(move |_| match filtered.get() {
        true => Vec::new(),
        false => (store.index).with(|index| {
            index
                .as_ref()
                .map(|index| featured(index))
                .unwrap_or_default()
        }),
    });
    let ids = Memo::new(move |_| {
        let above = recommended.get();
        let mut ids = found(&store);
        ids.retain(|id| !above.contains(id));
        ids
    });
    let empty = Memo::new(move |_| ids.with(Vec::is_empty));
    let heading = Signal::derive(move || {
        let locale = i18n.get_locale();
        if filtered.get() {
            td_string!(locale, discover.results).to_owned()
        } else if recommended.with(Vec::is_empty) {
            td_string!(locale, discover.apps).to_owned()
        } else {
            td_string!(locale, discover.more).to_owned()
        }
    });
    let count = move || {
        let locale = i18n.get_locale();
        match ids.with(Vec::len) {
            1 => td_string!(locale, discover.count_single).to_string(),
            count => filled!(locale, discover.count_many, count = number(count, locale)),
        }
    };
    announce_results(filtered.into(), ids.into());
    view! {
        <div class="page discover">
            <h1 class="visually-hidden">{move || td_string!(i18n.get_locale(), discover.title)}</h1>
            <div class="discover-top">
                <SearchField
                    value=filter.query
                    label=move || td_string!(i18n.get_locale(), discover.search)
                    autofocus=true
                    class="discover-search"
                />
            </div>
            <Show when=move || loaded.get() fallback=|| view! { <Loading /> }>
                <Show when=move || !filtered.get()>
                    <Featured />
                </Show>
                <Show when=move || filtered.get() || !empty.get()>
                    <Categories />
                    <div class="section-head">
                        <h2>{heading} <span class="section-count" data-testid="count">{count}</span></h2>
                        <StateFilter />
                    </div>
                </Show>
                <Show when=move || !empty.get() fallback=move || view! { <Nothing filtered /> }>
                    <AppGrid ids label=heading />
                </Show>
            </Show>
        </div>
    }
}

/// While nothing is known: the shape of the cards, or why there are none.
#[component]
pub fn Loading() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    move || match store.catalog_fault.get() {
        Some(fault) => {
            let words = crate::text::problem(&fault.code, i18n.get_locale());
            view! {
                <migasfree_ui_kit::ErrorState
                    title=words.title
                    text=words.text
                    details=Some(crate::text::fault_details(&fault, i18n.get_locale()))
                    on_retry=move |()| {
                        store.catalog_fault.set(None);
                        spawn_local(read_catalog(store));
                    }
                />
            }
            .into_any()
        }
        None => view! { <GridSkeleton /> }.into_any(),
    }
}

/// Ids of what fits the search and the filters.
fn found(store: &Store) -> Vec<u32> {
    let query = store.filter.query.get();
    let category = store.filter.category.get();
    let shown = store.filter.shown.get();
    store.index.with(|index| {
        let Some(index) = index else {
            return Vec::new();
        };
        if shown == Shown::All {
            return index.find(&query, |app| category == 0 || app.category == category);
        }
        store.states.with(|states| {
            index.find(&query, |app| {
                let state = states
                    .get(&app.id)
                    .map_or(app.state.state, |info| info.state);
                (category == 0 || app.category == category) && is_shown(app, state, shown)
            })
        })
    })
}

fn is_shown(app: &App, state: AppState, shown: Shown) -> bool {
    use AppState::{
        Available, Broken, Installed, NeedsAdmin, NotAvailable, PartlyInstalled, Removing,
        Required, UpdateAvailable,
    };
    match shown {
        Shown::All => true,
        Shown::Installed => {
            matches!(state, Installed | Required | UpdateAvailable | Removing)
        }
        Shown::Available => matches!(state, Available | NeedsAdmin | PartlyInstalled | Broken),
        Shown::Privileged => app.level == Level::Admin,
        Shown::Unavailable => state == NotAvailable,
    }
}

/// Tells screen readers how many were found, once typing paused.
fn announce_results(filtered: Signal<bool>, ids: Signal<Vec<u32>>) {
    let store = use_store();
    let i18n = use_i18n();
    let pending = Later::new();
    Effect::new(move || {
        let count = ids.with(Vec::len);
        let wanted = filtered.get();
        pending.cancel();
        if !wanted {
            return;
        }
        let say = move || {
            let locale = i18n.get_locale_untracked();
            store.announcer.say(match count {
                1 => td_string!(locale, announce.results_single).to_string(),
                count => filled!(locale, announce.results_many, count = count),
            });
        };
        pending.run(std::time::Duration::from_millis(700), say);
    });
}

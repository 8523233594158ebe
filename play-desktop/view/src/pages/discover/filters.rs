//! Filters of Discover: categories as chips, and the state.

use crate::{
    state::{Shown, use_store},
    text::{i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Chip, Choice, Select};

/// The categories.
#[component]
pub fn Categories() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let chosen = store.filter.category;
    let categories = Memo::new(move |_| {
        store.index.with(|index| {
            index
                .as_ref()
                .map(|index| index.categories().to_vec())
                .unwrap_or_default()
        })
    });
    view! {
        <Show when=move || categories.with(|list| list.len() > 1)>
            <div
                class="categories"
                role="group"
                aria-label=move || td_string!(i18n.get_locale(), discover.categories)
                data-testid="categories"
            >
                <Chip
                    label=move || td_string!(i18n.get_locale(), discover.all)
                    selected=Signal::derive(move || Some(chosen.get() == 0))
                    on_press=move |()| chosen.set(0)
                />
                <For each=move || categories.get() key=|category| (category.id, category.name.clone()) let:category>
                    {
                        let id = category.id;
                        let press = move |()| {
                            chosen.update(|chosen| *chosen = if *chosen == id { 0 } else { id });
                        };
                        view! {
                            <Chip
                                label=category.name.clone()
                                selected=Signal::derive(move || Some(chosen.get() == id))
                                on_press=press
                            />
                        }
                    }
                </For>
            </div>
        </Show>
    }
}

const CHOICES: [(&str, Shown); 5] = [
    ("all", Shown::All),
    ("installed", Shown::Installed),
    ("available", Shown::Available),
    ("admin", Shown::Privileged),
    ("missing", Shown::Unavailable),
];

fn word(shown: Shown) -> &'static str {
    (CHOICES.iter())
        .find(|(_, choice)| *choice == shown)
        .map_or("all", |(word, _)| *word)
}

/// By state.
#[component]
pub fn StateFilter() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let shown = store.filter.shown;
    let value = RwSignal::new(word(shown.get_untracked()).to_owned());
    Effect::new(move || {
        let chosen = value.get();
        let choice = CHOICES.iter().find(|(word, _)| *word == chosen);
        shown.set(choice.map_or(Shown::All, |(_, shown)| *shown));
    });
    // Showing everything again is also done elsewhere.
    Effect::new(move || {
        let word = word(shown.get());
        if value.with_untracked(|value| value != word) {
            value.set(word.to_owned());
        }
    });
    let choices = Signal::derive(move || {
        let locale = i18n.get_locale();
        let words = [
            td_string!(locale, discover.state_all),
            td_string!(locale, discover.state_installed),
            td_string!(locale, discover.state_available),
            td_string!(locale, discover.state_admin),
            td_string!(locale, discover.state_missing),
        ];
        (CHOICES.iter().zip(words))
            .map(|((value, _), words)| Choice::new(*value, words))
            .collect::<Vec<_>>()
    });
    let label =
        Signal::derive(move || Some(td_string!(i18n.get_locale(), discover.state).to_owned()));
    view! {
        <span data-testid="state-filter">
            <Select value choices label class="select-sm state-filter" />
        </span>
    }
}

//! What the administrator recommends: the applications of the highest score.

use crate::{
    parts::GridCard,
    state::{Index, use_store},
    text::{i18n::td_string, use_i18n},
};
use leptos::prelude::*;

/// Score of a recommended application.
const RECOMMENDED: u8 = 5;
/// How many the band shows at most.
const SHOWN: usize = 3;
/// A catalogue smaller than this needs no band.
const WORTH_IT: usize = 8;

/// Ids of the recommended applications.
pub fn featured(index: &Index) -> Vec<u32> {
    let apps = index.apps();
    if apps.len() < WORTH_IT {
        return Vec::new();
    }
    (apps.iter())
        .filter(|app| app.score >= RECOMMENDED)
        .map(|app| app.id)
        .take(SHOWN)
        .collect()
}

/// The band.
#[component]
pub fn Featured() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let ids = Memo::new(move |_| {
        (store.index).with(|index| {
            index
                .as_ref()
                .map(|index| featured(index))
                .unwrap_or_default()
        })
    });
    view! {
        <Show when=move || !ids.with(Vec::is_empty)>
            <section class="featured" aria-labelledby="featured-title" data-testid="featured">
                <h2 id="featured-title">{move || td_string!(i18n.get_locale(), discover.featured)}</h2>
                <div class="featured-row">
                    <For each=move || ids.get() key=|id| *id let:id>
                        {
                            let face = Memo::new(move |_| store.face(id));
                            move || face.get().map(|app| view! { <GridCard app featured=true /> })
                        }
                    </For>
                </div>
            </section>
        </Show>
    }
}

//! What the computer said about itself at its last synchronisation.
use crate::{
    api::{Query, query},
    entities::attributes::chip,
    entity::value,
    failure,
    list::unfound,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{EmptyState, SearchField, SkeletonLines};
use serde_json::Value;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    view! { <AttributesTab id /> }.into_any()
}

/// The tab.
#[component]
fn AttributesTab(id: i64) -> impl IntoView {
    let last = query::<Value>(move || Some(format!("computers/{id}/sync/")));
    let typed = RwSignal::new(String::new());
    let rows = Memo::new(move |_| {
        let words = typed.get().trim().to_lowercase();
        last.value.with(|last| {
            last.as_ref().map(|last| {
                let mut rows: Vec<Value> = value::list(last, "sync_attributes")
                    .iter()
                    .filter(|row| contains(row, &words))
                    .cloned()
                    .collect();
                rows.sort_by_key(value::attribute_parts);
                rows
            })
        })
    });
    view! {
        <section class="surface list">
            <div class="list-tools"><SearchField value=typed label=t!(computer.search_attributes) /></div>
            {move || match (rows.get(), last.error.get()) {
                (Some(rows), _) if rows.is_empty() && typed.with(|typed| !typed.trim().is_empty()) => {
                    unfound(typed.get().trim(), move || typed.set(String::new()))
                }
                (Some(rows), Some(error)) if rows.is_empty() => failure::place(&error, move || last.refresh()),
                (Some(rows), _) if rows.is_empty() => {
                    view! { <EmptyState icon=icondata::LuTag title=t!(computer.no_attributes) text=t!(attribute.about).to_owned() /> }.into_any()
                }
                (Some(rows), _) => {
                    view! {
                        <ul class="attribute-list">
                            {rows
                                .iter()
                                .map(|row| {
                                    view! { <li>{chip(row)}<span class="text-muted">{value::text(row, "description")}</span></li> }
                                })
                                .collect_view()}
                        </ul>
                    }
                    .into_any()
                }
                (None, Some(error)) => failure::place(&error, move || last.refresh()),
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=8 /></div> }.into_any(),
            }}
        </section>
    }
}

fn contains(row: &Value, words: &str) -> bool {
    let (prefix, text) = value::attribute_parts(row);
    words.is_empty()
        || format!("{prefix}-{text} {}", value::text(row, "description"))
            .to_lowercase()
            .contains(words)
}

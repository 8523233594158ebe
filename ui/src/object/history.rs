//! What was changed on an object, by whom: the audit trail narrowed to it.
use super::{Lacking, on_change};
use crate::{
    api::query,
    entities::{
        AUDIT,
        audit::{Change, author, done},
    },
    entity::Entity,
    failure,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::{audit::AuditRecord, page::Page};
use migasfree_ui_kit::{EmptyState, Pagination, RelativeTime, SkeletonLines};

/// Changes on a page.
const SHOWN: u64 = 50;

/// The changes, newest first.
#[component]
pub fn History(entity: &'static Entity, id: i64) -> impl IntoView {
    if !AUDIT.may("view") {
        return view! { <Lacking entity=&AUDIT action="view" /> }.into_any();
    }
    let page = RwSignal::new(1_u64);
    let records = query::<Page<AuditRecord>>(move || {
        let page = page.get();
        Some(format!(
            "audit/?entity={}&object_id={id}&ordering=-created_at&page_size={SHOWN}&page={page}",
            entity.model
        ))
    });
    on_change(entity, id, move || records.refresh());
    let total = Signal::derive(move || {
        records
            .value
            .with(|found| found.as_ref().map_or(0, |found| found.count))
    });
    view! {
        <section class="surface history">
            {move || match (records.value.get(), records.error.get()) {
                (Some(found), error) if !found.results.is_empty() => {
                    view! {
                        {error.map(|error| failure::strip(&error, move || records.refresh()))}
                        <ol class="timeline">
                            {found.results.into_iter().map(|record| view! { <Entry record /> }).collect_view()}
                        </ol>
                    }
                    .into_any()
                }
                (_, Some(error)) => failure::place(&error, move || records.refresh()),
                (Some(_), None) => {
                    view! { <EmptyState icon=icondata::LuHistory title=t!(audit.none) text=t!(audit.none_text) /> }.into_any()
                }
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=6 /></div> }.into_any(),
            }}
            <Show when=move || { total.get() > SHOWN }>
                <footer class="list-foot">
                    <Pagination page page_size=Signal::stored(SHOWN) total on_page=move |wanted| page.set(wanted) />
                </footer>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Entry(record: AuditRecord) -> impl IntoView {
    view! {
        <li class="timeline-entry">
            <p>
                <b>{done(&record)}</b>
                " · "
                {author(&record)}
                " · "
                <span class="text-muted"><RelativeTime at=record.created_at.clone() /></span>
            </p>
            <Change record />
        </li>
    }
}

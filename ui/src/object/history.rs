//! What was changed on an object, by whom: the audit trail narrowed to it.
use crate::{
    api::query,
    entities::{
        AUDIT,
        audit::{Change, author, done},
    },
    entity::Entity,
    failure,
    object::Lacking,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::{audit::AuditRecord, page::Page};
use migasfree_ui_kit::{EmptyState, ErrorState, RelativeTime, SkeletonLines};

/// The changes, newest first.
#[component]
pub fn History(entity: &'static Entity, id: i64) -> impl IntoView {
    if !AUDIT.may("view") {
        return view! { <Lacking entity=&AUDIT action="view" /> }.into_any();
    }
    let records = query::<Page<AuditRecord>>(move || {
        Some(format!(
            "audit/?entity={}&object_id={id}&ordering=-created_at&page_size=50",
            entity.model
        ))
    });
    view! {
        <section class="surface history">
            {move || match (records.value.get(), records.error.get()) {
                (Some(page), Some(error)) if page.results.is_empty() => failure::place(&error, move || records.refresh()),
                (Some(page), _) if page.results.is_empty() => {
                    view! { <EmptyState icon=icondata::LuHistory title=t!(audit.none) text=t!(audit.none_text) /> }.into_any()
                }
                (Some(page), _) => {
                    view! {
                        <ol class="timeline">
                            {page.results.into_iter().map(|record| view! { <Entry record /> }).collect_view()}
                        </ol>
                    }
                    .into_any()
                }
                (None, Some(error)) => {
                    view! {
                        <ErrorState title=error.title() text=error.text() details=error.details() on_retry=Callback::new(move |()| records.refresh()) />
                    }
                    .into_any()
                }
                (None, None) => view! { <SkeletonLines lines=6 /> }.into_any(),
            }}
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

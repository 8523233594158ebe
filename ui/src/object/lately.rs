//! What people changed on an object lately, in a line each; the history has all of it.
use super::{HISTORY, on_change, right_text};
use crate::{
    api::query,
    entities::{
        AUDIT,
        audit::{done, told},
    },
    entity::Entity,
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::{audit::AuditRecord, page::Page};
use migasfree_ui_kit::{
    ButtonLook, ButtonSize, Card, EmptyState, Icon, LinkButton, RelativeTime, SkeletonLines, Tone,
};

/// Changes that are shown.
const SHOWN: u64 = 6;

/// The card.
#[component]
pub fn Lately(entity: &'static Entity, id: i64) -> impl IntoView {
    if !AUDIT.may("view") {
        let words = tf!(right.left_out, rights = right_text(&AUDIT, "view"));
        return view! { <Card title=t!(object.lately)><p class="text-muted card-pad">{words}</p></Card> }
            .into_any();
    }
    let records = query::<Page<AuditRecord>>(move || {
        Some(format!(
            "audit/?entity={}&object_id={id}&ordering=-created_at&page_size={SHOWN}",
            entity.model
        ))
    });
    on_change(entity, id, move || records.refresh());
    view! {
        <Card title=t!(object.lately) class="timeline-card">
            {move || match (records.value.get(), records.error.get()) {
                (Some(page), Some(error)) if page.results.is_empty() => failure::line(&error, move || records.refresh()),
                (Some(page), _) if page.results.is_empty() => {
                    view! { <EmptyState icon=icondata::LuHistory title=t!(audit.none) text=t!(audit.none_text) /> }.into_any()
                }
                (Some(page), _) => changes(entity, id, &page),
                (None, Some(error)) => failure::line(&error, move || records.refresh()),
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=4 /></div> }.into_any(),
            }}
        </Card>
    }
    .into_any()
}

fn changes(entity: &'static Entity, id: i64, page: &Page<AuditRecord>) -> AnyView {
    let all = (page.count > SHOWN).then(|| {
        let href = format!("{}/{HISTORY}", entity.object_href(id));
        view! {
            <div class="card-pad">
                <LinkButton look=ButtonLook::Quiet size=ButtonSize::Small href>{t!(common.show_all)}</LinkButton>
            </div>
        }
    });
    view! {
        <ol class="events">{page.results.iter().map(line).collect_view()}</ol>
        {all}
    }
    .into_any()
}

fn line(record: &AuditRecord) -> AnyView {
    view! {
        <li class="event">
            <span class=format!("attention-icon {}", Tone::Neutral.class())><Icon icon=icondata::LuUserPen /></span>
            <span class="attention-text">
                <span>{done(record)}</span>
                <span class="text-muted">{told(record)}</span>
            </span>
            <span class="text-muted now-time"><RelativeTime at=record.created_at.clone() /></span>
        </li>
    }
    .into_any()
}

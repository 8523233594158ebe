//! The newest sessions on a computer, for who may see them.
use crate::{
    api::{events, query},
    entities::{
        REMOTE_SESSIONS,
        remote_sessions::{service, state},
    },
    entity::value,
    failure,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::{events::Event, rest::page::Page};
use migasfree_ui_kit::{ButtonSize, Card, LinkButton, RelativeTime, SkeletonLines, Status};
use serde_json::Value;

/// Sessions that are shown.
const SHOWN: u64 = 5;

/// The card.
#[component]
pub fn Lately(computer: i64) -> impl IntoView {
    if !REMOTE_SESSIONS.may("view") {
        return ().into_any();
    }
    let sessions = query::<Page<Value>>(move || {
        Some(format!(
            "{}?computer__id={computer}&ordering=-created_at&page_size={SHOWN}",
            REMOTE_SESSIONS.api
        ))
    });
    events::on_event(move |event| {
        if matches!(&event, Event::Changed { entity, .. } if entity == REMOTE_SESSIONS.model) {
            sessions.refresh();
        }
    });
    let shown = move || match (sessions.value.get(), sessions.error.get()) {
        (Some(page), _) if page.results.is_empty() => {
            view! { <p class="text-muted card-pad">{t!(remote.no_sessions)}</p> }.into_any()
        }
        (Some(page), _) => {
            let all = format!("{}?computer__id={computer}", REMOTE_SESSIONS.href());
            view! {
                <ol class="events">{page.results.iter().map(line).collect_view()}</ol>
                <div class="card-pad"><LinkButton size=ButtonSize::Small href=all>{t!(common.show_all)}</LinkButton></div>
            }
            .into_any()
        }
        (None, Some(error)) => failure::place(&error, move || sessions.refresh()),
        (None, None) => view! { <div class="card-pad"><SkeletonLines lines=3 /></div> }.into_any(),
    };
    view! { <Card title=REMOTE_SESSIONS.plural.text() class="timeline-card">{shown}</Card> }
        .into_any()
}

fn line(row: &Value) -> impl IntoView + use<> {
    let (tone, words) = state(row);
    let href = REMOTE_SESSIONS.object_href(value::id(row));
    let what = service(&value::text(row, "service"));
    let who = value::line(&value::text(row, "operator_name"));
    let reason = value::line(&value::text(row, "reason"));
    let at = value::text(row, "created_at");
    view! {
        <li class="event">
            <span class="attention-text">
                <a class="name-link" href=href>{what}" · "{who}</a>
                <span class="text-muted">{reason}</span>
            </span>
            <Status tone label=words />
            <span class="text-muted now-time"><RelativeTime at=Signal::stored(at) /></span>
        </li>
    }
}

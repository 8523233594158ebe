//! What happened in a session, the first thing first.
use super::REMOTE_SESSIONS;
use crate::{
    api::{events, query},
    entities::AUDIT,
    entity::value,
    failure,
    text::{self, t, tf},
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::{
    ButtonSize, Card, Icon, LinkButton, RelativeTime, SkeletonLines, Tone, format,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Happened {
    created_at: String,
    what: String,
    actor: String,
    #[serde(default)]
    details: Value,
}

/// In its summary.
pub fn card(id: i64) -> AnyView {
    view! { <Events id /> }.into_any()
}

#[component]
fn Events(id: i64) -> impl IntoView {
    let happened =
        query::<Vec<Happened>>(move || Some(format!("{}events/", REMOTE_SESSIONS.object_api(id))));
    events::on_event(move |event| {
        if let Event::Changed {
            entity,
            id: Some(changed),
            ..
        } = event
            && entity == REMOTE_SESSIONS.model
            && changed == id
        {
            happened.refresh();
        }
    });
    let shown = move || match (happened.value.get(), happened.error.get()) {
        (Some(all), _) => {
            view! { <ol class="events">{all.iter().map(line).collect_view()}</ol> }.into_any()
        }
        (None, Some(error)) => failure::place(&error, move || happened.refresh()),
        (None, None) => view! { <div class="card-pad"><SkeletonLines lines=5 /></div> }.into_any(),
    };
    let audit = AUDIT.may("view").then(|| {
        let href = format!("{}/history", REMOTE_SESSIONS.object_href(id));
        view! {
            <div class="card-pad">
                <LinkButton size=ButtonSize::Small href>{t!(remote_session.in_audit)}</LinkButton>
            </div>
        }
    });
    view! {
        <Card title=t!(remote_session.events) class="timeline-card">
            {shown}
            {audit}
        </Card>
    }
}

fn line(happened: &Happened) -> impl IntoView + use<> {
    let (icon, tone, words) = told(&happened.what);
    let words = words.map_or_else(|| happened.what.replace('_', " "), str::to_owned);
    let second = [value::line(&happened.actor), details(happened)];
    let second: Vec<String> = second.into_iter().filter(|part| !part.is_empty()).collect();
    let at = happened.created_at.clone();
    view! {
        <li class="event">
            <span class=format!("attention-icon {}", tone.class())><Icon icon /></span>
            <span class="attention-text">
                <span>{value::line(&words)}</span>
                <span class="text-muted">{second.join(" · ")}</span>
            </span>
            <span class="text-muted now-time"><RelativeTime at=Signal::stored(at) /></span>
        </li>
    }
}

fn told(what: &str) -> (icondata::Icon, Tone, Option<&'static str>) {
    let (icon, tone, words) = match what {
        "requested" => (icondata::LuSend, Tone::Neutral, t!(remote_event.requested)),
        "asked" => (icondata::LuCircleHelp, Tone::Info, t!(remote_event.asked)),
        "consent" => (icondata::LuUserCheck, Tone::Info, t!(remote_event.consent)),
        "started" => (icondata::LuPlay, Tone::Success, t!(remote_event.started)),
        "terminal" => (
            icondata::LuSquareTerminal,
            Tone::Neutral,
            t!(remote_event.terminal),
        ),
        "port" => (icondata::LuPlug, Tone::Neutral, t!(remote_event.port)),
        "file_read" => (
            icondata::LuDownload,
            Tone::Neutral,
            t!(remote_event.file_read),
        ),
        "file_written" => (
            icondata::LuUpload,
            Tone::Neutral,
            t!(remote_event.file_written),
        ),
        "clipboard" => (
            icondata::LuClipboard,
            Tone::Neutral,
            t!(remote_event.clipboard),
        ),
        "detached" => (icondata::LuUnplug, Tone::Warning, t!(remote_event.detached)),
        "resumed" => (icondata::LuPlug, Tone::Success, t!(remote_event.resumed)),
        "recorded" => (icondata::LuDisc, Tone::Neutral, t!(remote_event.recorded)),
        "played" => (icondata::LuEye, Tone::Info, t!(remote_event.played)),
        "ended" => (icondata::LuSquare, Tone::Neutral, t!(remote_event.ended)),
        _ => return (icondata::LuCircle, Tone::Neutral, None),
    };
    (icon, tone, Some(words))
}

/// What is worth a word of the details.
fn details(happened: &Happened) -> String {
    let text = |name: &str| value::line(&value::text(&happened.details, name));
    let bytes = |name: &str| {
        let bytes = value::at(&happened.details, name).as_u64();
        bytes.map(|bytes| format::bytes(bytes, text::tag()))
    };
    match happened.what.as_str() {
        "requested" => text("reason"),
        "consent" => text("result"),
        "terminal" => text("user"),
        "port" => text("name"),
        "file_read" | "file_written" => {
            let size = bytes("size").unwrap_or_default();
            format!("{} ({size})", text("path"))
        }
        "ended" => match (bytes("bytes_in"), bytes("bytes_out")) {
            (Some(from), Some(to)) => tf!(
                remote_event.ended_with,
                code = text("code"),
                from = from,
                to = to
            ),
            _ => text("code"),
        },
        _ => String::new(),
    }
}

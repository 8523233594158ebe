//! What happens right now.
use crate::{
    api::{events, query, said::said},
    entities::COMPUTERS,
    entity::value,
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Card, EmptyState, Icon, Progress, RelativeTime, SkeletonLines, Tone};
use serde_json::Value;

const SHOWN: usize = 8;

#[derive(Clone, PartialEq)]
struct Happening {
    /// One line per computer or deployment.
    key: String,
    icon: icondata::Icon,
    tone: Tone,
    name: String,
    href: String,
    words: String,
    at: String,
    percent: Option<Option<f64>>,
}

/// The feed; begins with the newest synchronisations.
#[component]
pub fn Now() -> impl IntoView {
    let feed = RwSignal::new(Vec::<Happening>::new());
    let live = events::live();
    let first =
        query::<Page<Value>>(|| Some(format!("syncs/?ordering=-created_at&page_size={SHOWN}")));
    Effect::new(move || {
        if let Some(page) = first.value.get() {
            feed.update(|feed| {
                for row in page.results.iter() {
                    let one = from_synchronization(row, "/created_at");
                    if !feed.iter().any(|known| known.key == one.key) {
                        feed.push(one);
                    }
                }
                feed.truncate(SHOWN);
            });
        }
    });
    events::on_event(move |event| {
        if let Some(one) = from_event(&event) {
            feed.update(|feed| {
                feed.retain(|known| known.key != one.key);
                feed.insert(0, one);
                feed.truncate(SHOWN);
            });
        }
    });
    let mark = move || view! { <span class="live-dot" class:live-dot-on=live title=move || if live.get() { t!(overview.live) } else { t!(shell.stale) }></span> };
    view! {
        <Card title=t!(overview.now) class="now" actions=ViewFn::from(mark)>
            <ul class="now-list" aria-live="off">
                <For each=move || feed.get() key=|one| (one.key.clone(), one.words.clone(), one.at.clone()) children=line />
            </ul>
            {move || {
                if !feed.with(Vec::is_empty) {
                    return ().into_any();
                }
                match (first.error.get(), first.value.with(Option::is_some)) {
                    (Some(error), _) => failure::place(&error, move || first.refresh()),
                    (None, false) => view! { <div class="card-pad"><SkeletonLines lines=4 /></div> }.into_any(),
                    (None, true) => {
                        view! { <EmptyState icon=icondata::LuRadioTower title=t!(overview.quiet) text=t!(overview.quiet_text) /> }.into_any()
                    }
                }
            }}
        </Card>
    }
}

fn line(one: Happening) -> impl IntoView {
    view! {
        <li class="now-item">
            <span class=format!("attention-icon {}", one.tone.class())><Icon icon=one.icon /></span>
            <span class="attention-text">
                <span><a class="name-link" href=one.href>{one.name.clone()}</a>" "<span class="text-muted">{one.words}</span></span>
                {one.percent.map(|percent| view! { <Progress percent=Signal::stored(percent) label=one.name /> })}
            </span>
            <span class="now-time text-muted"><RelativeTime at=one.at /></span>
        </li>
    }
}

fn from_synchronization(row: &Value, at: &str) -> Happening {
    let ok = row
        .pointer("/pms_status_ok")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let id = events::id(row, "/computer/id").unwrap_or_default();
    let name = row
        .get("computer")
        .map(|computer| COMPUTERS.text_of(computer));
    Happening {
        key: format!("computer-{id}"),
        icon: if ok {
            icondata::LuCircleCheck
        } else {
            icondata::LuTriangleAlert
        },
        tone: if ok { Tone::Success } else { Tone::Warning },
        name: name.unwrap_or_default(),
        href: format!("/computers/{id}"),
        words: if ok {
            t!(overview.synchronized)
        } else {
            t!(overview.synchronized_with_errors)
        }
        .to_owned(),
        at: events::text(row, at).to_owned(),
        percent: None,
    }
}

fn from_event(event: &Value) -> Option<Happening> {
    match events::text(event, "/type") {
        "synchronization" => Some(from_synchronization(event, "/at")),
        "progress" => Some(Happening {
            icon: icondata::LuRefreshCw,
            tone: Tone::Info,
            words: value::line(&said(events::text(event, "/text"))),
            ..from_synchronization(event, "/at")
        }),
        "publication" => Some(from_publication(event)),
        _ => None,
    }
}

fn from_publication(event: &Value) -> Happening {
    let id = events::id(event, "/deployment/id").unwrap_or_default();
    let count = |path| {
        event
            .pointer(path)
            .and_then(Value::as_f64)
            .unwrap_or_default()
    };
    let (done, total) = (count("/done"), count("/total"));
    let (icon, tone, words) = match events::text(event, "/state") {
        "published" => (
            icondata::LuCircleCheck,
            Tone::Success,
            t!(deployment.published).to_owned(),
        ),
        "failed" => (
            icondata::LuCircleX,
            Tone::Error,
            t!(deployment.publication_failed).to_owned(),
        ),
        "queued" => (
            icondata::LuHourglass,
            Tone::Neutral,
            t!(deployment.publication_queued).to_owned(),
        ),
        _ => (
            icondata::LuRocket,
            Tone::Info,
            tf!(deployment.publishing_count, done = done, total = total),
        ),
    };
    let running = events::text(event, "/state") == "running";
    Happening {
        key: format!("deployment-{id}"),
        icon,
        tone,
        name: value::line(events::text(event, "/deployment/name")),
        href: format!("/deployments/{id}"),
        words,
        at: events::text(event, "/at").to_owned(),
        percent: running.then(|| (total > 0.0).then(|| done / total * 100.0)),
    }
}

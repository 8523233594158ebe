//! What happens right now.
use crate::{
    api::{events, query},
    entities::COMPUTERS,
    entity::value,
    failure,
    text::{number, said, t, tf},
};
use leptos::prelude::*;
use migasfree_types::{
    events::{Event, EventDeployment, PublicationState},
    rest::page::Page,
};
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
                    let one = from_row(row);
                    if !feed.iter().any(|known| known.key == one.key) {
                        feed.push(one);
                    }
                }
                feed.truncate(SHOWN);
            });
        }
    });
    events::on_event(move |event| {
        if let Some(one) = from_event(event) {
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

fn from_row(row: &Value) -> Happening {
    let computer = value::at(row, "computer");
    let ok = value::at(row, "pms_status_ok").as_bool().unwrap_or(true);
    synchronized(
        value::id(computer),
        COMPUTERS.text_of(computer),
        ok,
        value::text(row, "created_at"),
    )
}

fn synchronized(id: i64, name: String, ok: bool, at: String) -> Happening {
    let (icon, tone, words) = if ok {
        (
            icondata::LuCircleCheck,
            Tone::Success,
            t!(overview.synchronized),
        )
    } else {
        (
            icondata::LuTriangleAlert,
            Tone::Warning,
            t!(overview.synchronized_with_errors),
        )
    };
    Happening {
        key: format!("computer-{id}"),
        icon,
        tone,
        name,
        href: format!("/computers/{id}"),
        words: words.to_owned(),
        at,
        percent: None,
    }
}

fn from_event(event: Event) -> Option<Happening> {
    match event {
        Event::Synchronization {
            computer,
            pms_status_ok,
            at,
        } => {
            let name = value::line(computer.title());
            Some(synchronized(computer.id, name, pms_status_ok, at))
        }
        Event::Progress {
            computer,
            doing,
            at,
        } => {
            let name = value::line(computer.title());
            Some(Happening {
                icon: icondata::LuRefreshCw,
                tone: Tone::Info,
                words: value::line(&said(&doing)),
                ..synchronized(computer.id, name, true, at)
            })
        }
        Event::Publication {
            deployment,
            state,
            done,
            total,
            at,
            ..
        } => Some(Happening {
            at,
            ..published(&deployment, state, done, total)
        }),
        Event::Changed { .. } | Event::Presence { .. } | Event::Resync => None,
    }
}

fn published(
    deployment: &EventDeployment,
    state: PublicationState,
    done: u64,
    total: u64,
) -> Happening {
    let (icon, tone, words) = match state {
        PublicationState::Published => (
            icondata::LuCircleCheck,
            Tone::Success,
            t!(deployment.published).to_owned(),
        ),
        PublicationState::Failed => (
            icondata::LuCircleX,
            Tone::Error,
            t!(deployment.publication_failed).to_owned(),
        ),
        PublicationState::Queued => (
            icondata::LuHourglass,
            Tone::Neutral,
            t!(deployment.publication_queued).to_owned(),
        ),
        PublicationState::Running => (
            icondata::LuRocket,
            Tone::Info,
            tf!(
                deployment.publishing_count,
                done = number(done),
                total = number(total)
            ),
        ),
    };
    #[expect(clippy::cast_precision_loss, reason = "rounded for display")]
    let percent = (total > 0).then(|| done as f64 / total as f64 * 100.0);
    Happening {
        key: format!("deployment-{}", deployment.id),
        icon,
        tone,
        name: value::line(&deployment.name),
        href: format!("/deployments/{}", deployment.id),
        words,
        at: String::new(),
        percent: (state == PublicationState::Running).then_some(percent),
    }
}

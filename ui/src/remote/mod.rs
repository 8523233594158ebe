//! Remote support of a computer: whether it can be reached, and sessions on it. Loaded when it is first opened.
mod asking;
mod link;
mod screen;
mod session;
mod words;

use crate::{
    api::{Query, events, query},
    failure,
    text::{said, t},
};
use asking::{Asking, Begun};
use leptos::{prelude::*, wasm_split::SplitLoaderError};
use migasfree_types::{events::Event, message::Message};
use migasfree_ui_kit::{
    Button, ButtonLook, Card, Notice, RelativeTime, SkeletonLines, Status, Tone,
};
use serde::Deserialize;
use serde_json::Value;
use session::TerminalSession;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    let draw = move || {
        Suspend::new(async move { remote(id).await.unwrap_or_else(|_| failure::missing_part()) })
    };
    draw.into_any()
}

#[leptos::wasm_split::wasm_split(remote, wasm_split_path = leptos::wasm_split, fallible)]
fn remote(id: i64) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <RemoteSupport id /> }.into_any())
}

/// Whether a computer can be reached, and what one may do there.
#[derive(Debug, Clone, Deserialize)]
struct Access {
    status: String,
    #[serde(default)]
    last_seen: Option<String>,
    #[serde(default)]
    may: Vec<Way>,
    policy: Option<Policy>,
    refused: Option<Message>,
}

impl Access {
    fn is_online(&self) -> bool {
        self.status == "online"
    }

    fn offers(&self, service: &str, mode: &str) -> bool {
        self.may
            .iter()
            .any(|way| way.service == service && way.mode == mode)
    }
}

/// Something that may be asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Way {
    service: String,
    mode: String,
}

/// What is asked of who goes in.
#[derive(Debug, Clone, Default, Deserialize)]
struct Policy {
    #[serde(default)]
    consent: String,
    #[serde(default)]
    recording: String,
    #[serde(default)]
    reason_required: bool,
    #[serde(default)]
    ticket_required: bool,
}

const TERMINAL: &str = "terminal";
const AS_USER: &str = "user";
const AS_ADMINISTRATOR: &str = "administrator";

#[component]
fn RemoteSupport(id: i64) -> impl IntoView {
    let access = query::<Access>(move || Some(format!("computers/{id}/remote-access/")));
    let asked = RwSignal::new(None::<Way>);
    let begun = RwSignal::new(None::<Begun>);
    events::on_event(move |event| {
        if matches!(event, Event::Presence { computer, .. } if computer == id) {
            access.refresh();
        }
    });
    let shown = move || match (access.value.get(), access.error.get()) {
        (Some(access), _) => view! { <Presence access asked /> }.into_any(),
        (None, Some(error)) => failure::place(&error, move || access.refresh()),
        (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
    };
    let policy = Signal::derive(move || {
        let access = access.value.get();
        access.and_then(|access| access.policy).unwrap_or_default()
    });
    let running = move || {
        begun
            .get()
            .map(|session| view! { <TerminalSession session on_close=move || begun.set(None) /> })
    };
    view! {
        <div class="remote">
            <Show when=move || begun.with(Option::is_none)>
                <Card title=t!(remote.title)><div class="card-pad">{shown}</div></Card>
            </Show>
            {running}
            <Asking computer=id policy asked on_begin=move |session| begun.set(Some(session)) />
        </div>
    }
}

#[component]
fn Presence(access: Access, asked: RwSignal<Option<Way>>) -> impl IntoView {
    let online = access.is_online();
    let (tone, words) = if online {
        (Tone::Success, t!(remote.online))
    } else {
        (Tone::Neutral, t!(remote.offline))
    };
    let seen = access.last_seen.clone().filter(|_| !online);
    let button = |mode: &'static str, icon, label: &'static str| {
        let way = Way {
            service: TERMINAL.to_owned(),
            mode: mode.to_owned(),
        };
        access.offers(TERMINAL, mode).then(|| {
            view! {
                <Button
                    icon
                    look=if mode == AS_USER { ButtonLook::Primary } else { ButtonLook::Plain }
                    disabled=Signal::stored(!online)
                    title=MaybeProp::from((!online).then(|| t!(remote.offline_hint).to_owned()))
                    on_press=move |_| asked.set(Some(way.clone()))
                >
                    {label}
                </Button>
            }
        })
    };
    let refused = access.refused.as_ref().map(said);
    let nothing = access.may.is_empty() && access.refused.is_none();
    view! {
        <p class="remote-presence">
            <Status tone label=words />
            {seen.map(|at| view! { <span class="text-muted">{t!(remote.last_seen)}" "<RelativeTime at=Signal::stored(at) /></span> })}
        </p>
        {refused.map(|why| view! { <Notice tone=Tone::Info>{why}</Notice> })}
        {nothing.then(|| view! { <Notice tone=Tone::Info>{t!(remote.nothing)}</Notice> })}
        <div class="chip-row">
            {button(AS_USER, icondata::LuSquareTerminal, t!(remote.terminal))}
            {button(AS_ADMINISTRATOR, icondata::LuShieldAlert, t!(remote.terminal_administrator))}
        </div>
        {access.policy.map(|policy| view! { <p class="text-muted">{words::consent(&policy.consent)}</p> })}
    }
}

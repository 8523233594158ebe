//! Remote support of a computer: whether it can be reached, and sessions on it. Loaded when it is first opened.
mod actions;
mod asking;
mod asset;
mod channel;
mod desktop;
mod files;
mod film;
mod head;
mod lately;
mod link;
mod playback;
mod screen;
mod session;
mod vnc;
mod words;

use crate::{
    api::{Query, events, query},
    failure,
    text::{said, t},
};
use actions::Actions;
use asking::{Asking, Begun};
use desktop::ScreenSession;
use files::FilesSession;
use film::Film;
use lately::Lately;
use leptos::{prelude::*, wasm_split::SplitLoaderError};
use migasfree_types::{events::Event, message::Message};
use migasfree_ui_kit::{
    Button, ButtonLook, Card, Notice, RelativeTime, SkeletonLines, Status, Tone,
};
use playback::Playback;
use serde::Deserialize;
use serde_json::Value;
use session::TerminalSession;
use vnc::VncSession;

/// What there is of it, all in one part: most of it has the way over the relay in common.
pub enum Page {
    Computer(i64, Query<Value>),
    Recording(i64, Query<Value>),
    Film(i64),
}

/// On the computer's page.
pub fn tab(id: i64, computer: Query<Value>) -> AnyView {
    arriving(move || Page::Computer(id, computer))
}

/// On the page of a session whose terminal was recorded.
pub fn recording(id: i64, session: Query<Value>) -> AnyView {
    arriving(move || Page::Recording(id, session))
}

/// On that of a session whose screen was recorded.
pub fn film_tab(id: i64, _: Query<Value>) -> AnyView {
    arriving(move || Page::Film(id))
}

fn arriving(page: impl Fn() -> Page + Send + Sync + 'static) -> AnyView {
    let draw = move || {
        let page = page();
        Suspend::new(async move {
            remote(page)
                .await
                .unwrap_or_else(|_| failure::missing_part())
        })
    };
    draw.into_any()
}

#[leptos::wasm_split::wasm_split(remote, wasm_split_path = leptos::wasm_split, fallible)]
fn remote(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::Computer(id, computer) => view! { <RemoteSupport id computer /> }.into_any(),
        Page::Recording(id, session) => view! { <Playback id session /> }.into_any(),
        Page::Film(id) => view! { <Film id /> }.into_any(),
    })
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
    /// SHA-256 of the certificate that its RDP service shows.
    #[serde(default)]
    rdp_certificate: Option<String>,
}

impl Access {
    fn is_online(&self) -> bool {
        self.status == "online"
    }

    /// Ports are named by the policy, the other ways by their mode alone.
    fn offers(&self, way: &Way) -> bool {
        let is_offered = |one: &Way| one.service == way.service && one.mode == way.mode;
        let policy = self.policy.as_ref();
        let has_port = || policy.is_some_and(|policy| policy.ports.contains(&way.port));
        self.may.iter().any(is_offered) && (way.port.is_empty() || has_port())
    }
}

/// Something that may be asked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct Way {
    service: String,
    mode: String,
    /// Of the service `port`.
    #[serde(default)]
    port: String,
}

impl Way {
    fn new(service: &str, mode: &str, port: &str) -> Self {
        let [service, mode, port] = [service, mode, port].map(str::to_owned);
        Self {
            service,
            mode,
            port,
        }
    }

    fn title(&self) -> &'static str {
        match (self.service.as_str(), self.mode.as_str()) {
            (SCREEN, VIEW) => t!(remote.screen_view),
            (SCREEN, _) => t!(remote.screen_control),
            (PORT, _) => t!(remote.vnc),
            (FILES, _) => t!(remote.files),
            (_, AS_ADMINISTRATOR) => t!(remote.terminal_administrator),
            _ => t!(remote.terminal),
        }
    }

    fn icon(&self) -> icondata::Icon {
        match (self.service.as_str(), self.mode.as_str()) {
            (SCREEN, VIEW) => icondata::LuEye,
            (SCREEN, _) => icondata::LuMonitor,
            (PORT, _) => icondata::LuScreenShare,
            (FILES, _) => icondata::LuFolderOpen,
            (_, AS_ADMINISTRATOR) => icondata::LuShieldAlert,
            _ => icondata::LuSquareTerminal,
        }
    }
}

/// What is asked of who goes in.
#[derive(Debug, Clone, Default, Deserialize)]
struct Policy {
    #[serde(default)]
    consent: String,
    #[serde(default)]
    recording: String,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    reason_required: bool,
    #[serde(default)]
    ticket_required: bool,
    #[serde(default)]
    files_in: bool,
    #[serde(default)]
    files_out: bool,
}

const TERMINAL: &str = "terminal";
const FILES: &str = "files";
/// The modes of files, the one that allows most first.
const FILE_MODES: [&str; 3] = ["read_write", "read", "write"];
const AS_USER: &str = "user";
const AS_ADMINISTRATOR: &str = "administrator";
const SCREEN: &str = "screen";
const VIEW: &str = "view";
const CONTROL: &str = "control";
const PORT: &str = "port";
/// What policies call the port of VNC servers.
const VNC: &str = "vnc";

/// What can be asked for: service, mode, port, and the class of its button.
const WAYS: [(&str, &str, &str, &str); 5] = [
    (TERMINAL, AS_USER, "", "remote-to-terminal"),
    (TERMINAL, AS_ADMINISTRATOR, "", "remote-to-root"),
    (SCREEN, CONTROL, "", "remote-to-control"),
    (SCREEN, VIEW, "", "remote-to-view"),
    (PORT, CONTROL, VNC, "remote-to-vnc"),
];

#[component]
fn RemoteSupport(id: i64, computer: Query<Value>) -> impl IntoView {
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
    let ways = Signal::derive(move || {
        let access = access.value.get();
        access.map(|access| access.may).unwrap_or_default()
    });
    let close = move || begun.set(None);
    let running = move || {
        begun
            .get()
            .map(|session| match session.way.service.as_str() {
                SCREEN => view! { <ScreenSession session on_close=close /> }.into_any(),
                PORT => view! { <VncSession session on_close=close /> }.into_any(),
                FILES => view! { <FilesSession session policy on_close=close /> }.into_any(),
                _ => view! { <TerminalSession session on_close=close /> }.into_any(),
            })
    };
    view! {
        <div class="remote">
            <Show when=move || begun.with(Option::is_none)>
                <Card title=t!(remote.title)><div class="card-pad stack-small">{shown}</div></Card>
                <Actions id computer />
                <Lately computer=id />
            </Show>
            {running}
            <Asking computer=id policy ways asked on_begin=move |session| begun.set(Some(session)) />
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
    let files = FILE_MODES
        .into_iter()
        .find(|mode| access.offers(&Way::new(FILES, mode, "")))
        .map(|mode| (FILES, mode, "", "remote-to-files"));
    let offered = WAYS
        .into_iter()
        .filter(|(service, mode, port, _)| access.offers(&Way::new(service, mode, port)));
    let buttons = offered.chain(files).map(|(service, mode, port, class)| {
        let way = Way::new(service, mode, port);
        let label = way.title();
        view! {
            <Button
                icon=way.icon()
                look=if mode == AS_USER { ButtonLook::Primary } else { ButtonLook::Plain }
                class
                disabled=Signal::stored(!online)
                title=MaybeProp::from((!online).then(|| t!(remote.offline_hint).to_owned()))
                on_press=move |_| asked.set(Some(way.clone()))
            >
                {label}
            </Button>
        }
    });
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
            {buttons.collect_view()}
        </div>
        {access.policy.map(|policy| view! { <p class="text-muted">{words::consent(&policy.consent)}</p> })}
        {access.rdp_certificate.map(|certificate| view! { <p class="text-muted">{t!(remote.rdp_certificate)}" "<code>{certificate}</code></p> })}
    }
}

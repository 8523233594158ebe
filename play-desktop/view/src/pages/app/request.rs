//! Asking the organisation for an application that needs an administrator, and what it answered.

use crate::{
    parts::TimeText,
    state::{Status, read_requests, use_actions, use_store},
    text::{Locale, filled, i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{App, AppState, Request, RequestState};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Card, Dialog, Field, Status as StatusLine, TextArea, Tone,
};

/// Most bytes of a reason; the daemon's own limit.
const REASON: usize = 2048;

/// The newest request for an application.
fn request_for(id: u32) -> Memo<Option<Request>> {
    let store = use_store();
    Memo::new(move |_| {
        (store.requests).with(|requests| requests.iter().find(|request| request.app == id).cloned())
    })
}

/// Beside the button of an application that needs an administrator, while nothing is asked.
#[component]
pub fn AskButton(
    /// The application.
    app: App,
    /// Its standing.
    status: Memo<Status>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let request = request_for(app.id);
    let (id, name) = (app.id, StoredValue::new(app.name));
    let may_ask = Memo::new(move |_| {
        let needs_admin = status.with(
            |status| matches!(status, Status::Still(info) if info.state == AppState::NeedsAdmin),
        );
        needs_admin && request.with(|request| !request.as_ref().is_some_and(Request::is_open))
    });
    let title = Signal::derive(move || {
        Some(filled!(
            i18n.get_locale(),
            request.ask_named,
            name = name.get_value()
        ))
    });
    view! {
        <Show when=move || may_ask.get()>
            <Button
                size=ButtonSize::Small
                icon=icondata::LuHand
                class="ask-button"
                title
                on_press=move |_| open.set(true)
            >
                {move || td_string!(i18n.get_locale(), request.ask)}
            </Button>
        </Show>
        <AskDialog id name open />
    }
}

#[component]
fn AskDialog(id: u32, name: StoredValue<String>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let reason = RwSignal::new(String::new());
    let too_long = Memo::new(move |_| reason.with(|reason| reason.trim().len() > REASON));
    let errors = Signal::derive(move || {
        let message = td_string!(i18n.get_locale(), request.too_long).to_owned();
        too_long.get().then_some(message).into_iter().collect()
    });
    let send = move |_| {
        actions.ask_for(id, reason.get_untracked().trim().to_owned());
        reason.set(String::new());
        open.set(false);
    };
    let buttons = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>
                {move || td_string!(i18n.get_locale(), request.keep)}
            </Button>
            <Button look=ButtonLook::Primary class="ask-send" disabled=too_long on_press=send>
                {move || td_string!(i18n.get_locale(), request.send)}
            </Button>
        }
    };
    view! {
        <Dialog
            open
            title=move || filled!(i18n.get_locale(), request.title, name = name.get_value())
            actions=buttons
        >
            <div class="stack" data-testid="ask-dialog">
                <p>{move || td_string!(i18n.get_locale(), request.text)}</p>
                <Field label=move || td_string!(i18n.get_locale(), request.reason) errors>
                    <TextArea value=reason />
                </Field>
            </div>
        </Dialog>
    }
}

/// How far the request is, until the application is on the computer.
#[component]
pub fn RequestCard(
    /// The application.
    id: u32,
    /// Its standing.
    status: Memo<Status>,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let request = request_for(id);
    let installed = move || {
        matches!(
            status.with(Status::state),
            AppState::Installed | AppState::UpdateAvailable | AppState::Required
        )
    };
    // Asking for them has the daemon look for decisions.
    spawn_local(read_requests(store));
    view! {
        {move || {
            request
                .get()
                .filter(|_| !installed())
                .map(|request| {
                    view! {
                        <Card title=move || td_string!(i18n.get_locale(), request.card)>
                            <Told request />
                        </Card>
                    }
                })
        }}
    }
}

#[component]
fn Told(request: Request) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let state = request.state;
    let is_open = request.is_open();
    let id = StoredValue::new(request.id);
    let line = move |name: fn(Locale) -> &'static str, text: String| {
        (!text.is_empty()).then(|| {
            view! {
                <div>
                    <dt>{move || name(i18n.get_locale())}</dt>
                    <dd class="pre-line">{text}</dd>
                </div>
            }
        })
    };
    view! {
        <div class="card-body stack-small" data-testid="request" data-state=state.as_str()>
            <div aria-live="polite">
                <StatusLine tone=tone(state) label=move || said(state, i18n.get_locale()) />
            </div>
            <dl class="request-facts">
                {line(|locale| td_string!(locale, request.comment), request.comment)}
                {line(|locale| td_string!(locale, request.why), request.justification)}
                <div>
                    <dt>{move || td_string!(i18n.get_locale(), request.made)}</dt>
                    <dd>
                        <TimeText at=Signal::stored(request.created) />
                    </dd>
                </div>
            </dl>
            {is_open
                .then(|| {
                    view! {
                        <Button
                            size=ButtonSize::Small
                            class="take-back"
                            on_press=move |_| actions.take_back(id.get_value())
                        >
                            {move || td_string!(i18n.get_locale(), request.take_back)}
                        </Button>
                    }
                })}
        </div>
    }
}

fn said(state: RequestState, locale: Locale) -> &'static str {
    match state {
        RequestState::Unsent => td_string!(locale, request.unsent),
        RequestState::Pending | RequestState::Unknown => td_string!(locale, request.pending),
        RequestState::Approved => td_string!(locale, request.approved),
        RequestState::Refused => td_string!(locale, request.refused),
        RequestState::Expired => td_string!(locale, request.expired),
    }
}

fn tone(state: RequestState) -> Tone {
    match state {
        RequestState::Approved => Tone::Success,
        RequestState::Refused => Tone::Error,
        RequestState::Unsent
        | RequestState::Pending
        | RequestState::Expired
        | RequestState::Unknown => Tone::Neutral,
    }
}

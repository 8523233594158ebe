//! What a session is asked for with.
use super::{AS_USER, FILES, Policy, Way, words};
use crate::{
    api::{ApiError, request},
    text::t,
};
use leptos::{ev::SubmitEvent, prelude::*};
use migasfree_ui_kit::{
    Button, ButtonLook, Choice, Dialog, Field, Notice, Select, TextInput, Tone, texts::use_texts,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A session that may begin.
#[derive(Debug, Clone, Deserialize)]
pub struct Begun {
    /// What begins it, once, within a minute.
    pub grant: String,
    /// Where.
    pub relay: String,
    /// What was asked for.
    #[serde(skip)]
    pub way: Way,
}

impl Begun {
    /// The folder of the account that the grant names; that of all folders where it names none.
    pub fn home(&self) -> String {
        match self.account().as_deref() {
            Some("root") => "/root".to_owned(),
            Some(account) => format!("/home/{account}"),
            None => "/".to_owned(),
        }
    }

    fn account(&self) -> Option<String> {
        let (told, _) = self.grant.split_once('.')?;
        let told = told.replace('-', "+").replace('_', "/");
        let told: Value = serde_json::from_str(&window().atob(&told).ok()?).ok()?;
        told.get("user")?.as_str().map(str::to_owned)
    }
}

/// Asks for one, when there is a way to be asked for.
#[component]
pub fn Asking(
    computer: i64,
    policy: Signal<Policy>,
    /// All that may be asked for.
    ways: Signal<Vec<Way>>,
    asked: RwSignal<Option<Way>>,
    #[prop(into)] on_begin: Callback<Begun>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let [account, reason, ticket, mode] = [(); 4].map(|()| RwSignal::new(String::new()));
    let failed = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        failed.set(None);
        if let Some(way) = asked.get() {
            mode.set(way.mode);
        }
        open.set(asked.with(Option::is_some));
    });
    Effect::new(move || {
        if !open.get() && asked.with_untracked(Option::is_some) {
            asked.set(None);
        }
    });
    let is_files = Signal::derive(move || {
        asked.with(|way| way.as_ref().is_some_and(|way| way.service == FILES))
    });
    let is_user = Signal::derive(move || {
        is_files.get() || asked.with(|way| way.as_ref().is_some_and(|way| way.mode == AS_USER))
    });
    let modes = Signal::derive(move || {
        ways.get()
            .into_iter()
            .filter(|way| way.service == FILES)
            .map(|way| Choice::new(way.mode.clone(), words::mode(&way.mode)))
            .collect::<Vec<_>>()
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(way) = asked.get_untracked() else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let account = if is_user.get_untracked() {
            account.get_untracked()
        } else {
            String::new()
        };
        let body = json!({
            "computer": computer,
            "service": way.service,
            "mode": mode.get_untracked(),
            "account": account,
            "port": way.port,
            "reason": reason.get_untracked(),
            "ticket": ticket.get_untracked(),
        });
        leptos::task::spawn_local(async move {
            let answer = request::post("remote-sessions/", &body).await;
            let answer =
                answer.and_then(|answer| request::typed::<Begun>("remote-sessions/", answer));
            let _ = busy.try_set(false);
            match answer {
                Ok(begun) => {
                    open.set(false);
                    // The page may have been left: then nobody begins it.
                    let _ = on_begin.try_run(Begun { way, ..begun });
                }
                Err(ApiError::Unproved) => {}
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    let texts = use_texts();
    let title = move || {
        asked
            .with(|way| way.as_ref().map_or("", Way::title))
            .to_owned()
    };
    view! {
        <Dialog open title=title>
            <form class="dialog-form" on:submit=send>
                {move || failed.get().map(|error| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })}
                <Show when=move || is_files.get() && modes.with(|modes| modes.len() > 1)>
                    <Field label=t!(remote.files_mode)>
                        <Select value=mode choices=modes />
                    </Field>
                </Show>
                <Show when=move || is_user.get()>
                    <Field label=t!(remote.account) help=t!(remote.account_help)>
                        <TextInput value=account name="account" autocomplete="off" mono=true />
                    </Field>
                </Show>
                {move || {
                    let required = policy.with(|policy| policy.reason_required);
                    view! {
                        <Field label=t!(remote.reason) help=t!(remote.reason_help) required>
                            <TextInput value=reason name="reason" required autofocus=true />
                        </Field>
                    }
                }}
                {move || {
                    let required = policy.with(|policy| policy.ticket_required);
                    view! {
                        <Field label=t!(remote.ticket) required>
                            <TextInput value=ticket name="ticket" required />
                        </Field>
                    }
                }}
                {move || (!is_files.get() && policy.with(|policy| policy.recording != "none" && !policy.recording.is_empty()))
                    .then(|| view! { <p class="text-muted">{t!(remote.will_be_recorded)}</p> })}
                <div class="dialog-form-actions">
                    <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{move || texts.get().cancel}</Button>
                    <Button look=ButtonLook::Primary kind="submit" busy>{t!(remote.connect)}</Button>
                </div>
            </form>
        </Dialog>
    }
}

//! Where an account is signed in.
use super::whose::Whose;
use crate::{
    api::{ApiError, query, request},
    deed,
    entity::{cell, value},
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Badge, Button, ButtonLook, ButtonSize, Card, ConfirmDialog, Notice, RelativeTime,
    SkeletonLines, Tone, use_toasts,
};
use serde_json::{Value, json};

const SESSIONS: &str = "account/sessions/";
const EVERYWHERE: &str = "account/sign-out-everywhere/";
const NEWS: &str = "account/new-sign-ins/";

/// Sign-ins from places that are new, until they were seen.
#[component]
pub fn NewSignIns() -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let found = query::<Vec<Value>>(|| Some(NEWS.to_owned()));
    let seen = move |_| {
        let work = async { request::delete(NEWS, None).await };
        deed::run(toasts, busy, work, move |_| found.refresh());
    };
    let line = |news: &Value| {
        let where_from = tf!(
            session.from,
            device = value::text(news, "device"),
            address = value::text(news, "address")
        );
        view! { <p>{where_from}", "<RelativeTime at=value::text(news, "at") /></p> }
    };
    move || {
        let news = found.value.get().filter(|news| !news.is_empty())?;
        Some(view! {
            <Notice tone=Tone::Warning>
                <b>{t!(session.new)}</b>
                {news.iter().map(line).collect_view()}
                <p>{t!(session.new_text)}</p>
                <Button size=ButtonSize::Small busy on_press=seen>{t!(session.seen)}</Button>
            </Notice>
        })
    }
}

impl Whose {
    fn sessions(self) -> String {
        self.api(SESSIONS, "sessions/")
    }

    async fn end(self, session: i64) -> Result<Value, ApiError> {
        match self {
            Self::Own => request::delete(&format!("{SESSIONS}{session}/"), None).await,
            Self::Of(_) => self.sign_out(&json!({"session": session})).await,
        }
    }

    async fn end_all(self) -> Result<Value, ApiError> {
        self.sign_out(&json!({})).await
    }

    async fn sign_out(self, what: &Value) -> Result<Value, ApiError> {
        request::post(&self.api(EVERYWHERE, "sign-out/"), what).await
    }
}

/// What is said of ending all of them: on the button, in the question, afterwards.
struct Words {
    button: &'static str,
    title: String,
    text: String,
    done: String,
}

impl Words {
    fn of(whose: Whose, name: &str) -> Self {
        match whose {
            Whose::Own => Self {
                button: t!(session.end_all),
                title: t!(session.end_all_title).to_owned(),
                text: t!(session.end_all_text).to_owned(),
                done: t!(session.ended_all).to_owned(),
            },
            Whose::Of(_) => Self {
                button: t!(session.end_everywhere),
                title: tf!(session.end_everywhere_title, name = name),
                text: tf!(session.end_everywhere_text, name = name),
                done: tf!(session.ended_everywhere, name = name),
            },
        }
    }
}

/// The sessions, each of which can be ended.
#[component]
pub fn SessionsCard(
    whose: Whose,
    /// Who is signed out, where it is somebody else.
    #[prop(optional)]
    name: String,
) -> impl IntoView {
    let toasts = use_toasts();
    let Words {
        button,
        title,
        text,
        done,
    } = Words::of(whose, &name);
    let found = query::<Vec<Value>>(move || Some(whose.sessions()));
    let failed = found.failed();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let end_all = move |()| {
        let done = done.clone();
        deed::run(toasts, busy, whose.end_all(), move |_| {
            let _ = asking.try_set(false);
            toasts.success(done);
            found.refresh();
        });
    };
    let on_ended = Callback::new(move |()| found.refresh());
    let list = move || match (failed.get(), found.value.get()) {
        (Some(error), _) => failure::place(&error, move || found.refresh()),
        (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
        (None, Some(sessions)) if sessions.is_empty() => {
            view! { <p class="text-muted">{t!(session.none)}</p> }.into_any()
        }
        (None, Some(sessions)) => {
            let others = whose != Whose::Own || sessions.len() > 1;
            let rows = sessions.into_iter();
            let rows = rows
                .map(|row| view! { <Session row whose on_ended /> })
                .collect_view();
            view! {
                <ul class="own-list">{rows}</ul>
                {others
                    .then(|| {
                        view! {
                            <Button class="card-form-button" on_press=move |_| asking.set(true)>{button}</Button>
                        }
                    })}
            }
            .into_any()
        }
    };
    view! {
        <Card title=t!(session.plural)>
            <div class="card-form">{list}</div>
            <ConfirmDialog
                open=asking
                title
                message=text
                confirm=button
                look=ButtonLook::Primary
                busy
                on_confirm=end_all
            />
        </Card>
    }
}

#[component]
fn Session(row: Value, whose: Whose, on_ended: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = value::id(&row);
    let end = move |_| {
        deed::run(toasts, busy, whose.end(id), move |_| {
            toasts.success(t!(session.ended));
            on_ended.run(());
        });
    };
    let beside = if value::flag(&row, "current") {
        view! { <Badge tone=Tone::Brand>{t!(session.current)}</Badge> }.into_any()
    } else {
        view! { <Button size=ButtonSize::Small busy on_press=end>{t!(session.end)}</Button> }
            .into_any()
    };
    view! {
        <li>
            <span class="own-list-text">
                <b>{value::text(&row, "device")}</b>
                <span class="text-muted">
                    <span class="mono">{value::text(&row, "address")}</span>
                    " · "
                    {cell::when(&value::text(&row, "last_used_at"))}
                </span>
            </span>
            {beside}
        </li>
    }
}

//! Telling a new token, and ending one.
use super::ENROLMENT_TOKENS;
use crate::{
    api::{Query, request},
    deed,
    entity::value,
    secret::Secret,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, ConfirmDialog, IconButton, clipboard, use_toasts};
use serde_json::{Value, json};

/// It asks for the token: everybody on the computer would see one among its arguments.
const COMMAND: &str = "sudo migasfree register --token-file -";

/// The secret, and what to type on the computer.
pub fn told_once(token: &Value) -> AnyView {
    let secret = value::text(token, "secret");
    let toasts = use_toasts();
    let copy = move |_| {
        clipboard::copy(COMMAND);
        toasts.info(t!(secret.copied));
    };
    view! {
        <div class="stack-small">
            <Secret warning=t!(enrolment_token.once) text=secret />
            <p>{t!(enrolment_token.on_computer)}</p>
            <p class="with-copy">
                <code class="command">{COMMAND}</code>
                <IconButton icon=icondata::LuCopy label=t!(enrolment_token.copy_command) on_press=copy />
            </p>
        </div>
    }
    .into_any()
}

/// In the title line: ending one that has not been ended.
pub fn actions(id: i64, token: Query<Value>) -> AnyView {
    view! { <Revoke id token /> }.into_any()
}

#[component]
fn Revoke(id: i64, token: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let is_open = Memo::new(move |_| {
        token.value.with(|token| {
            token.as_ref().is_some_and(|token| {
                let is_revoked = !value::text(token, "revoked_at").is_empty();
                !is_revoked && ENROLMENT_TOKENS.may_with("change", token)
            })
        })
    });
    let name = move || {
        let name = token
            .value
            .with(|token| token.as_ref().map(|one| value::text(one, "name")));
        name.unwrap_or_default()
    };
    let revoke = move |()| {
        let path = format!("{}revoke/", ENROLMENT_TOKENS.object_api(id));
        let work = async move { request::post(&path, &json!({})).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            toasts.success(t!(enrolment_token.revoked_now));
            token.refresh();
        });
    };
    view! {
        <Show when=move || is_open.get()>
            <Button size=ButtonSize::Small icon=icondata::LuBan on_press=move |_| asking.set(true)>{t!(enrolment_token.revoke)}</Button>
        </Show>
        <ConfirmDialog
            open=asking
            title=move || tf!(enrolment_token.revoke_title, name = name())
            message=t!(enrolment_token.revoke_text)
            confirm=t!(enrolment_token.revoke)
            busy
            on_confirm=revoke
        />
    }
}

//! Another password for who forgot theirs.
use super::Ways;
use crate::{
    address,
    api::{ApiError, error::texts, request},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::session::SessionUser;
use migasfree_ui_kit::{Button, ButtonLook, Field, Notice, TextInput, Tone};
use serde_json::json;

/// Where a link is asked for, and whether there are any.
pub const RESET: &str = "/rest-auth/password/reset/";
const CONFIRM: &str = "/rest-auth/password/reset/confirm/";

/// Asks for a link by mail.
#[component]
pub fn Forgotten(ways: Ways) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let sent = RwSignal::new(false);
    let submit = move || {
        let body = json!({"email": name.get_untracked().trim()});
        if busy.get_untracked() || name.with_untracked(|name| name.trim().is_empty()) {
            return;
        }
        failure.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::post(RESET, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = sent.try_set(true);
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form
            class="login-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <p class="text-muted">{t!(reset.forgotten_text)}</p>
            <Field label=t!(reset.name)>
                <TextInput value=name name="name" autocomplete="username" autofocus=true />
            </Field>
            {move || failure.get().map(|error| view! { <Notice tone=Tone::Error>{error.reason()}</Notice> })}
            {move || sent.get().then(|| view! { <Notice tone=Tone::Success>{t!(reset.sent)}</Notice> })}
            <Button look=ButtonLook::Primary kind="submit" busy class="login-button">{t!(reset.send)}</Button>
            <Button look=ButtonLook::Quiet icon=icondata::LuArrowLeft on_press=move |_| ways.back.run(())>
                {t!(login.with_password)}
            </Button>
        </form>
    }
}

/// Takes the new password; the secret of the link stands behind its `#`, where no server sees it.
#[component]
pub fn Reset() -> impl IntoView {
    let hash = window().location().hash().unwrap_or_default();
    let secret = StoredValue::new(hash.trim_start_matches('#').to_owned());
    let [first, second] = [(); 2].map(|()| RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let done = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let again = RwSignal::new(secret.with_value(String::is_empty));
    let ways = Ways {
        done: Callback::new(|_: SessionUser| ()),
        back: Callback::new(|()| address::replace("/")),
    };
    let trouble = move || {
        let error = failure.get();
        let error = error.filter(|error| !matches!(error, ApiError::Invalid(_)))?;
        let is_over = matches!(error, ApiError::Refused(_));
        Some(view! {
            <Notice tone=Tone::Error>{error.reason()}</Notice>
            {is_over
                .then(|| view! { <Button class="login-button" on_press=move |_| again.set(true)>{t!(reset.again)}</Button> })}
        })
    };
    let errors = move |name: &'static str| {
        Signal::derive(move || {
            failure.with(|failure| match failure {
                Some(ApiError::Invalid(fields)) => texts(fields.get(name).into_iter().flatten()),
                _ => Vec::new(),
            })
        })
    };
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        failure.set(None);
        busy.set(true);
        let body = json!({
            "token": secret.get_value(),
            "new_password1": first.get_untracked(),
            "new_password2": second.get_untracked(),
        });
        leptos::task::spawn_local(async move {
            let answer = request::post(CONFIRM, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = done.try_set(true);
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let form = move || {
        view! {
            <form
                class="login-form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <Field label=t!(user.new_password) help=t!(user.password_help).to_owned() errors=errors("new_password1")>
                    <TextInput value=first kind="password" autocomplete="new-password" />
                </Field>
                <Field label=t!(user.repeat_password) errors=errors("new_password2")>
                    <TextInput value=second kind="password" autocomplete="new-password" />
                </Field>
                {trouble}
                <Button look=ButtonLook::Primary kind="submit" busy class="login-button">{t!(user.set_password)}</Button>
                <Button look=ButtonLook::Quiet icon=icondata::LuArrowLeft on_press=|_| address::replace("/")>{t!(login.sign_in)}</Button>
            </form>
        }
    };
    move || {
        if done.get() {
            view! {
                <div class="login-form">
                    <Notice tone=Tone::Success>{t!(reset.done)}</Notice>
                    <Button look=ButtonLook::Primary class="login-button" on_press=|_| address::replace("/")>{t!(login.sign_in)}</Button>
                </div>
            }
            .into_any()
        } else if again.get() {
            view! { <Forgotten ways /> }.into_any()
        } else {
            form().into_any()
        }
    }
}

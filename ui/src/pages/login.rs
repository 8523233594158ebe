//! Signing in. The page that was asked for comes afterwards.
use super::account::{Account, RESET, Ways};
use super::providers::{ProviderLinks, taken_step};
use crate::{
    api::{
        ApiError, query,
        session::{self, Progress},
    },
    entity::value,
    passkeys,
    shell::language::LanguageMenu,
    text::{t, tf},
    work::AccountPart,
};
use leptos::{ev::MouseEvent, html, prelude::*};
use migasfree_types::rest::session::SessionUser;
use migasfree_ui_kit::{Button, ButtonLook, Field, Notice, TextInput, ThemeToggle, Tone, Wordmark};
use serde_json::Value;

/// The page.
#[component]
pub fn LoginPage() -> impl IntoView {
    view! { <LoginFrame title=t!(login.title)><LoginForm /><ProviderLinks /></LoginFrame> }
}

/// What is shown to somebody who is not in.
#[component]
pub fn LoginFrame(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="login">
            <div class="login-tools">
                <LanguageMenu />
                <ThemeToggle />
            </div>
            <main class="login-card surface" id="main">
                <Wordmark name="migasfree" size=32 />
                <h1>{title}</h1>
                {children()}
            </main>
        </div>
    }
}

/// Over a page whose session has ended: what is open and half filled in stays.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let owner = session::user().username;
    let owner_name = owner.clone();
    let other = RwSignal::new(None::<SessionUser>);
    let show = move |dialog: Option<web_sys::HtmlDialogElement>| {
        if let Some(dialog) = dialog {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(move || show(dialog.get()));
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="login-again"
            on:close=move |_| show(dialog.try_get_untracked().flatten())
        >
            <div class="login-again">
                <h2 id="login-again">{t!(login.title)}</h2>
                <p class="text-muted">{tf!(login.expired, name = owner)}</p>
                {move || match other.get() {
                    None => view! { <LoginForm other /> }.into_any(),
                    Some(user) => view! { <Another user owner=owner_name.clone() other /> }.into_any(),
                }}
            </div>
        </dialog>
    }
}

/// Somebody else signed in over the page: what is not saved in it is lost only if they say so.
#[component]
fn Another(
    user: SessionUser,
    owner: String,
    other: RwSignal<Option<SessionUser>>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let name = StoredValue::new(user.username.clone());
    let owner = StoredValue::new(owner);
    let back = move |_| {
        failure.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = session::end().await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => other.set(None),
                Err(error) => failure.set(Some(error)),
            }
        });
    };
    view! {
        <Notice tone=Tone::Warning>{tf!(login.another, owner = owner.get_value(), name = name.get_value())}</Notice>
        {move || failure.get().map(|error| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })}
        <div class="dialog-form-actions">
            <Button look=ButtonLook::Danger on_press=move |_| session::enter(user.clone())>{tf!(login.discard, name = name.get_value())}</Button>
            <Button look=ButtonLook::Primary busy on_press=back>{tf!(login.back, name = owner.get_value())}</Button>
        </div>
    }
}

/// Name and password, and whatever else is needed. Who is not the one whose page is open is told in `other`, and not entered yet.
#[component]
fn LoginForm(#[prop(optional)] other: Option<RwSignal<Option<SessionUser>>>) -> impl IntoView {
    let elsewhere = RwSignal::new(None::<Account>);
    let done = Callback::new(move |user: SessionUser| match other {
        Some(other) if session::is_another(&user) => {
            let _ = other.try_set(Some(user));
        }
        _ => session::enter(user),
    });
    let back = Callback::new(move |()| elsewhere.set(None));
    let ways = Ways { done, back };
    if other.is_none()
        && let Some(step) = taken_step()
    {
        elsewhere.set(Some(Account::Step(step, ways)));
    }
    move || match elsewhere.get() {
        Some(what) => view! { <AccountPart what /> }.into_any(),
        None => view! { <PasswordForm ways elsewhere /> }.into_any(),
    }
}

#[component]
fn PasswordForm(ways: Ways, elsewhere: RwSignal<Option<Account>>) -> impl IntoView {
    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let tried = RwSignal::new(false);
    let lacking = move |entered: RwSignal<String>| {
        Signal::derive(move || {
            let lacks = tried.get() && entered.with(String::is_empty);
            lacks
                .then(|| t!(form.required).to_owned())
                .into_iter()
                .collect::<Vec<_>>()
        })
    };
    let submit = move || {
        tried.set(true);
        let filled =
            [username, password].map(|entered| entered.with_untracked(|text| !text.is_empty()));
        if filled.contains(&false) {
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (name, secret) = (username.get_untracked(), password.get_untracked());
        leptos::task::spawn_local(async move {
            let answer = session::sign_in(name.trim(), &secret).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(Progress::SignedIn(user)) => ways.done.run(user),
                Ok(Progress::Needs(step)) => {
                    let _ = elsewhere.try_set(Some(Account::Step(step, ways)));
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let message = move |error: ApiError| match error {
        ApiError::SignedOut => t!(login.wrong).to_owned(),
        other => other.reason(),
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
            <Field label=t!(user.username) errors=lacking(username)>
                <TextInput value=username name="username" autocomplete="username" required=true autofocus=true />
            </Field>
            <Field label=t!(user.password) errors=lacking(password)>
                <TextInput value=password name="password" kind="password" autocomplete="current-password" required=true />
            </Field>
            {move || failure.get().map(|error| view! { <Notice tone=Tone::Error>{message(error)}</Notice> })}
            <Button look=ButtonLook::Primary kind="submit" busy class="login-button">{t!(login.sign_in)}</Button>
            <OtherWays ways elsewhere />
        </form>
    }
}

/// What helps who has no password at hand.
#[component]
fn OtherWays(ways: Ways, elsewhere: RwSignal<Option<Account>>) -> impl IntoView {
    let reset = query::<Value>(|| Some(RESET.to_owned()));
    let sends_mail = Memo::new(move |_| {
        let told = reset.value.get();
        told.is_some_and(|told| value::flag(&told, "offered"))
    });
    let go = move |what: Account| move |_: MouseEvent| elsewhere.set(Some(what.clone()));
    view! {
        <div class="login-others">
            {passkeys::are_known()
                .then(|| view! { <Button look=ButtonLook::Quiet on_press=go(Account::Passkey(ways))>{t!(login.by_passkey)}</Button> })}
            <Show when=move || sends_mail.get()>
                <Button look=ButtonLook::Quiet on_press=go(Account::Forgotten(ways))>{t!(login.forgotten)}</Button>
            </Show>
        </div>
    }
}

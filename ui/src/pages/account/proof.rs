//! Showing who one is, by what one knows or has.
use crate::{api::request, entity::value, passkeys, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, Field, Notice, TextInput, Tone};
use serde_json::{Value, json};

/// The server's name of the codes of an app.
pub const APP: &str = "totp";
const PASSKEY: &str = "passkey";
const RECOVERY: &str = "recovery_code";

/// What is shown: the server's name of it, and the answer.
pub type Shown = (String, String);

/// Asks for one of these.
#[component]
pub fn Proof(
    factors: Vec<String>,
    /// Where the server says what a passkey is asked with, and what it is told for that.
    challenge: (&'static str, Value),
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    on_shown: Callback<Shown>,
) -> impl IntoView {
    let usable = |factor: &String| factor != PASSKEY || passkeys::are_known();
    let factors: Vec<String> = factors.into_iter().filter(usable).collect();
    let Some(first) = factors.first().cloned() else {
        return view! { <Notice tone=Tone::Error>{t!(proof.no_way)}</Notice> }.into_any();
    };
    let chosen = RwSignal::new(first);
    let answer = RwSignal::new(String::new());
    let challenge = StoredValue::new(challenge);
    let submit = move || {
        let factor = chosen.get_untracked();
        let given = answer.get_untracked();
        if busy.get_untracked() || factor != PASSKEY && given.is_empty() {
            return;
        }
        failure.set(None);
        busy.set(true);
        if factor != PASSKEY {
            return on_shown.run((factor, given));
        }
        let (path, with) = challenge.get_value();
        leptos::task::spawn_local(async move {
            match passkey(path, &with).await {
                Ok(answer) => on_shown.run((factor, answer.to_string())),
                Err(reason) => {
                    let _ = busy.try_set(false);
                    let _ = failure.try_set(Some(reason));
                }
            }
        });
    };
    let control = move || match chosen.get().as_str() {
        PASSKEY => view! { <p class="text-muted">{t!(proof.passkey_text)}</p> }.into_any(),
        factor => field(factor, answer),
    };
    let other = move |factor: String| {
        let words = use_words(&factor);
        let choose = move |_| {
            answer.set(String::new());
            failure.set(None);
            chosen.set(factor.clone());
        };
        view! { <Button look=ButtonLook::Quiet on_press=choose>{words}</Button> }
    };
    let others = move || {
        let chosen = chosen.get();
        let others = factors.iter().filter(|one| **one != chosen);
        others.cloned().map(other).collect_view()
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
            {control}
            {move || failure.get().map(|reason| view! { <Notice tone=Tone::Error>{reason}</Notice> })}
            <Button look=ButtonLook::Primary kind="submit" busy class="login-button">
                {move || if chosen.get() == PASSKEY { t!(proof.use_passkey) } else { t!(proof.confirm) }}
            </Button>
            <div class="login-others">{others}</div>
        </form>
    }
    .into_any()
}

fn field(factor: &str, answer: RwSignal<String>) -> AnyView {
    let (label, help, kind, autocomplete) = match factor {
        APP => (t!(proof.app), t!(proof.app_help), "text", "one-time-code"),
        RECOVERY => (t!(proof.recovery), t!(proof.recovery_help), "text", "off"),
        _ => (t!(user.password), "", "password", "current-password"),
    };
    let help = Some(help.to_owned()).filter(|help| !help.is_empty());
    view! {
        <Field label help>
            <TextInput value=answer kind autocomplete name="answer" autofocus=true />
        </Field>
    }
    .into_any()
}

fn use_words(factor: &str) -> &'static str {
    match factor {
        APP => t!(proof.use_app),
        RECOVERY => t!(proof.use_recovery),
        PASSKEY => t!(proof.use_passkey),
        _ => t!(proof.use_password),
    }
}

/// Has the browser show a passkey: the secret of the challenge and what it answered, or what went wrong.
pub async fn passkey(path: &str, with: &Value) -> Result<Value, String> {
    let asked = request::post(path, with).await;
    let asked = asked.map_err(|error| error.reason())?;
    let credential = passkeys::show(value::at(&asked, "options")).await;
    let credential = credential.map_err(|_| t!(proof.no_passkey).to_owned())?;
    Ok(json!({"secret": value::at(&asked, "secret"), "credential": credential}))
}

//! An app that gives codes: what it is told, and its first code.
use crate::{entity::value, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, Field, IconButton, Notice, Qr, TextInput, Tone, clipboard, use_toasts,
};
use serde_json::Value;

/// Shows the secret that the server begins with, and asks for the first code.
#[component]
pub fn AppSetup(
    begun: Value,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    on_code: Callback<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let code = RwSignal::new(String::new());
    let (secret, url) = (value::text(&begun, "secret"), value::text(&begun, "url"));
    let shown = value::in_groups(&secret);
    let copy = move |_| {
        clipboard::copy(&secret);
        toasts.info(t!(secret.copied));
    };
    let submit = move || {
        let given = code.get_untracked();
        if !busy.get_untracked() && !given.trim().is_empty() {
            failure.set(None);
            busy.set(true);
            on_code.run(given.trim().to_owned());
        }
    };
    view! {
        <form
            class="login-form app-setup"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <p class="text-muted">{t!(factor.scan)}</p>
            <div class="qr-box"><Qr text=url label=t!(factor.qr) /></div>
            <p class="text-muted">
                {t!(factor.type_instead)}
                <br />
                <code class="mono">{shown}</code>
                <IconButton icon=icondata::LuCopy label=t!(user.copy) class="fact-copy" on_press=copy />
            </p>
            <Field label=t!(factor.first_code) help=t!(proof.app_help).to_owned()>
                <TextInput value=code name="answer" autocomplete="one-time-code" />
            </Field>
            {move || failure.get().map(|reason| view! { <Notice tone=Tone::Error>{reason}</Notice> })}
            <Button look=ButtonLook::Primary kind="submit" busy class="login-button">{t!(proof.confirm)}</Button>
        </form>
    }
}

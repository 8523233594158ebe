//! A certificate of one's own, for a browser or a program.
use crate::{
    api::request,
    certificates::{Given, NoAuthority, OWN, are_none, given},
    deed,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, Card, Field, TextInput, use_toasts};
use serde_json::{Value, json};

/// A new one, with its key in a file with a password.
#[component]
pub fn CertificateCard() -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let password = RwSignal::new(String::new());
    let issued = RwSignal::new(None::<Value>);
    let issue = move |_| {
        let body = json!({"password": password.get_untracked()});
        let work = async move { request::post(OWN, &body).await };
        deed::run(toasts, busy, work, move |answer| {
            let _ = password.try_set(String::new());
            let _ = issued.try_set(Some(answer));
        });
    };
    let disabled = Signal::derive(move || password.with(String::is_empty));
    let are_none = are_none();
    let form = move || {
        if are_none.get() {
            return view! { <NoAuthority /> }.into_any();
        }
        view! {
            <Field label=t!(certificate.password) help=t!(certificate.password_help).to_owned()>
                <TextInput value=password kind="password" autocomplete="new-password" />
            </Field>
            <Button class="card-form-button" busy disabled on_press=issue>{t!(certificate.issue)}</Button>
        }
        .into_any()
    };
    view! {
        <Card title=t!(certificate.own)>
            <div class="card-form">
                <p class="text-muted">{t!(certificate.own_text)}</p>
                {form}
                {move || issued.get().map(|answer| view! { <Given files=given(&answer) /> })}
            </div>
        </Card>
    }
}

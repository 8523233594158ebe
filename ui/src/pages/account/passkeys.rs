//! Passkeys of the account.
use super::factors::{new_codes, removal};
use crate::{
    api::{ApiError, Query, request},
    deed,
    entity::{cell, value},
    passkeys::{self, Withheld},
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, Card, ConfirmDialog, Field, TextInput, use_toasts};
use serde_json::{Value, json};

const PASSKEYS: &str = "account/factors/passkeys/";
const CONFIRM: &str = "account/factors/passkeys/confirm/";

/// Those there are, and a new one where server and browser can have some.
#[component]
pub fn PasskeysCard(
    told: Value,
    held: Query<Value>,
    codes: RwSignal<Vec<String>>,
) -> impl IntoView {
    let rows = value::list(&told, "passkeys").to_vec();
    let is_offered = value::flag(&told, "passkeys_offered") && passkeys::are_known();
    if rows.is_empty() && !is_offered {
        return ().into_any();
    }
    let message = removal(&told);
    let list = (!rows.is_empty()).then(|| {
        let rows = rows
            .into_iter()
            .map(|row| view! { <Passkey row message held /> });
        view! { <ul class="own-list">{rows.collect_view()}</ul> }
    });
    view! {
        <Card title=t!(factor.passkeys)>
            <div class="card-form">
                <p class="text-muted">{t!(factor.passkeys_text)}</p>
                {list}
                {is_offered.then(|| view! { <NewPasskey held codes /> })}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn NewPasskey(held: Query<Value>, codes: RwSignal<Vec<String>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let add = move |_| {
        let called = name.get_untracked().trim().to_owned();
        deed::run(toasts, busy, made(called), move |answer| {
            let _ = name.try_set(String::new());
            let _ = codes.try_set(new_codes(&answer));
            toasts.success(t!(factor.passkey_added));
            held.refresh();
        });
    };
    let disabled = Signal::derive(move || name.with(|name| name.trim().is_empty()));
    view! {
        <Field label=t!(factor.passkey_name) help=t!(factor.passkey_name_help).to_owned()>
            <TextInput value=name />
        </Field>
        <Button class="card-form-button" busy disabled on_press=add>{t!(factor.passkey_add)}</Button>
    }
}

async fn made(name: String) -> Result<Value, ApiError> {
    let asked = request::post(PASSKEYS, &json!({})).await?;
    let credential = passkeys::make(value::at(&asked, "options")).await;
    let credential = credential.map_err(|why| ApiError::Refused(words(&why).to_owned()))?;
    let secret = value::at(&asked, "secret");
    let body = json!({"secret": secret, "name": name, "credential": credential});
    request::post(CONFIRM, &body).await
}

fn words(why: &Withheld) -> &'static str {
    match why {
        Withheld::Held => t!(factor.passkey_held),
        Withheld::Unshown => t!(factor.passkey_unmade),
    }
}

#[component]
fn Passkey(row: Value, message: &'static str, held: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let id = value::id(&row);
    let name = value::text(&row, "name");
    let remove = move |()| {
        let work = async move { request::delete(&format!("{PASSKEYS}{id}/"), None).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = removing.try_set(false);
            held.refresh();
        });
    };
    view! {
        <li>
            <span class="own-list-text">
                <b>{name.clone()}</b>
                <span class="text-muted">{t!(factor.last_used)}" "{cell::when(&value::text(&row, "last_used_at"))}</span>
            </span>
            <Button size=ButtonSize::Small on_press=move |_| removing.set(true)>{t!(factor.remove)}</Button>
            <ConfirmDialog
                open=removing
                title=tf!(factor.passkey_remove_title, name = name)
                message
                confirm=t!(factor.remove)
                busy
                on_confirm=remove
            />
        </li>
    }
}

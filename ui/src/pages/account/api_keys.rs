//! Keys with which programs work for the account.
use super::permissions::{Permissions, Rights};
use crate::{
    api::{ApiError, Query, error::texts, query, request},
    deed,
    entities::DOMAINS,
    entity::{cell, value},
    failure,
    form::Picker,
    secret::{Secret, SecretDialog},
    text::{plural, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Card, ConfirmDialog, Dialog, Field, Notice, SkeletonLines,
    TextInput, Tone, format, use_toasts,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KEYS: &str = "account/api-keys/";

/// Those there are, and a new one.
#[component]
pub fn ApiKeysCard() -> impl IntoView {
    let found = query::<Vec<Value>>(|| Some(KEYS.to_owned()));
    let failed = found.failed();
    let making = RwSignal::new(false);
    let made = RwSignal::new(String::new());
    let list = move || match (failed.get(), found.value.get()) {
        (Some(error), _) => failure::place(&error, move || found.refresh()),
        (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
        (None, Some(keys)) if keys.is_empty() => ().into_any(),
        (None, Some(keys)) => {
            let rows = keys.into_iter().map(|row| view! { <Key row found /> });
            view! { <ul class="own-list">{rows.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <Card title=t!(api_key.plural)>
            <div class="card-form">
                <p class="text-muted">{t!(api_key.own_text)}</p>
                {list}
                <Button class="card-form-button" on_press=move |_| making.set(true)>{t!(api_key.create)}</Button>
            </div>
            <NewKey found making made />
            <NewSecret made />
        </Card>
    }
}

#[component]
fn Key(row: Value, found: Query<Vec<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let id = value::id(&row);
    let name = value::text(&row, "name");
    let rights = value::list(&row, "permissions").len() as u64;
    let rights = plural(rights, t!(api_key.rights_one), t!(api_key.rights));
    let ends = value::text(&row, "expires_at");
    let revoke = move |()| {
        let work = async move { request::delete(&format!("{KEYS}{id}/"), None).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            found.refresh();
        });
    };
    view! {
        <li>
            <span class="own-list-text">
                <b>{name.clone()}</b>
                <span class="text-muted">
                    <span class="mono">{value::text(&row, "prefix")}"…"</span>
                    " · "
                    {rights}
                    " · "
                    {t!(factor.last_used)}
                    " "
                    {cell::when(&value::text(&row, "last_used_at"))}
                    {(!ends.is_empty()).then(|| view! { " · "{t!(enrolment_token.expires)}" "{cell::when(&ends)} })}
                </span>
            </span>
            <Button size=ButtonSize::Small on_press=move |_| asking.set(true)>{t!(api_key.revoke)}</Button>
            <ConfirmDialog
                open=asking
                title=tf!(api_key.revoke_title, name = name)
                message=t!(api_key.revoke_text)
                confirm=t!(api_key.revoke)
                busy
                on_confirm=revoke
            />
        </li>
    }
}

/// The form, which is empty each time it opens; the key that it makes is put in `made`.
#[component]
fn NewKey(
    found: Query<Vec<Value>>,
    making: RwSignal<bool>,
    made: RwSignal<String>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let [name, ends] = [(); 2].map(|()| RwSignal::new(String::new()));
    let domain = RwSignal::new(Value::Null);
    let rights: Rights = RwSignal::new(BTreeSet::new());
    let disabled = Signal::derive(move || {
        name.with(|name| name.trim().is_empty()) || rights.with(BTreeSet::is_empty)
    });
    Effect::new(move || {
        if making.get() {
            refused.set(None);
            name.set(String::new());
            ends.set(String::new());
            domain.set(Value::Null);
            rights.set(BTreeSet::new());
        }
    });
    let make = move |_| {
        if busy.get_untracked() {
            return;
        }
        let body = json!({
            "name": name.get_untracked().trim(),
            "permissions": rights.get_untracked(),
            "domain": domain.with_untracked(|domain| domain.is_object().then(|| value::id(domain))),
            "expires_at": format::of_local_minute(&ends.get_untracked()),
        });
        refused.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::post(KEYS, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let _ = making.try_set(false);
                    let _ = made.try_set(value::text(&answer, "key"));
                    found.refresh();
                }
                Err(ApiError::SignedOut | ApiError::Unproved) => {}
                Err(error) => {
                    let _ = refused.try_set(Some(error));
                }
            }
        });
    };
    let errors = move |member: &'static str| {
        Signal::derive(move || {
            refused.with(|refused| match refused {
                Some(ApiError::Invalid(fields)) => texts(fields.get(member).into_iter().flatten()),
                _ => Vec::new(),
            })
        })
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| making.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary busy disabled on_press=make>{t!(form.create)}</Button>
        }
    };
    view! {
        <Dialog open=making title=t!(api_key.create) actions>
            <div class="stack-small">
                {move || {
                    let other = refused.get().filter(|error| !matches!(error, ApiError::Invalid(_)));
                    other.map(|error| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })
                }}
                <Field label=t!(common.name) help=t!(api_key.name_help).to_owned() errors=errors("name")>
                    <TextInput value=name />
                </Field>
                <Field label=t!(enrolment_token.expires) help=t!(api_key.expires_help).to_owned() errors=errors("expires_at")>
                    <TextInput value=ends kind="datetime-local" />
                </Field>
                {DOMAINS
                    .may("view")
                    .then(|| {
                        view! {
                            <Field label=t!(domain.singular) help=t!(api_key.domain_help).to_owned() errors=errors("domain")>
                                <Picker entity=&DOMAINS value=domain single=true />
                            </Field>
                        }
                    })}
                <Permissions rights errors=errors("permissions") />
            </div>
        </Dialog>
    }
}

/// What was made, this once.
#[component]
fn NewSecret(made: RwSignal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            made.set(String::new());
        }
        is_open
    });
    Effect::new(move || {
        if made.with(|made| !made.is_empty()) {
            open.set(true);
        }
    });
    view! {
        <SecretDialog open title=t!(api_key.singular)>
            <Secret warning=t!(api_key.once) text=made.get_untracked() />
        </SecretDialog>
    }
}

//! What the account is linked to elsewhere.
use super::whose::Whose;
use crate::{
    api::{ApiError, Query, error::texts, query, request},
    deed,
    entity::{cell, value},
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Card, ConfirmDialog, Dialog, Field, Notice, SkeletonLines,
    TextInput, Tone, use_toasts,
};
use serde_json::{Value, json};

const LINKS: &str = "account/links/";
const PROVIDERS: &str = "/rest-auth/login/providers/";

impl Whose {
    fn links(self) -> String {
        match self {
            Self::Own => LINKS.to_owned(),
            Self::Of(id) => format!("{LINKS}of/{id}/"),
        }
    }
}

/// The links, each of which can be ended, and another one. One's own are nothing to speak of where there is nobody to link to.
#[component]
pub fn LinksCard(whose: Whose) -> impl IntoView {
    let found = query::<Vec<Value>>(move || Some(whose.links()));
    let providers = query::<Vec<Value>>(|| Some(PROVIDERS.to_owned()));
    let failed = found.failed();
    let known = Memo::new(move |_| found.value.get());
    let list = move || match (failed.get(), known.get()) {
        (Some(error), _) => failure::place(&error, move || found.refresh()),
        (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
        (None, Some(links)) if links.is_empty() => {
            view! { <p class="text-muted">{t!(link.none)}</p> }.into_any()
        }
        (None, Some(links)) => {
            let rows = links
                .into_iter()
                .map(|row| view! { <Linked row whose found /> });
            view! { <ul class="own-list">{rows.collect_view()}</ul> }.into_any()
        }
    };
    let is_shown = Memo::new(move |_| {
        let has_some = |query: Query<Vec<Value>>| {
            query
                .value
                .with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty()))
        };
        whose != Whose::Own || has_some(found) || has_some(providers)
    });
    let more = move || match whose {
        Whose::Own => view! { <Offered providers /> }.into_any(),
        Whose::Of(_) => view! { <NewLink whose found /> }.into_any(),
    };
    view! {
        <Show when=move || is_shown.get()>
            <Card title=t!(link.plural)>
                <div class="card-form">{list} {more()}</div>
            </Card>
        </Show>
    }
}

#[component]
fn Linked(row: Value, whose: Whose, found: Query<Vec<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let id = value::id(&row);
    let provider = value::text(&row, "provider");
    let end = move |()| {
        let work = async move { request::delete(&format!("{}{id}/", whose.links()), None).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            toasts.success(t!(link.ended));
            found.refresh();
        });
    };
    view! {
        <li>
            <span class="own-list-text">
                <b>{provider.clone()}</b>
                <span class="text-muted">{t!(factor.last_used)}" "{cell::when(&value::text(&row, "last_used_at"))}</span>
            </span>
            <Button size=ButtonSize::Small on_press=move |_| asking.set(true)>{t!(link.end)}</Button>
            <ConfirmDialog
                open=asking
                title=tf!(link.end_title, provider = provider)
                message=t!(link.end_text)
                confirm=t!(link.end)
                busy
                on_confirm=end
            />
        </li>
    }
}

/// The way to each provider that browsers are sent to.
#[component]
fn Offered(providers: Query<Vec<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let button = move |provider: &Value| {
        let name = value::text(provider, "name");
        let go = move |_| {
            let body = json!({"provider": name});
            let work = async move { request::post(LINKS, &body).await };
            deed::run(toasts, busy, work, |answer| {
                let address = value::text(&answer, "address");
                if !address.is_empty() {
                    let _ = window().location().set_href(&address);
                }
            });
        };
        let words = tf!(link.to, provider = value::text(provider, "label"));
        view! { <Button class="card-form-button" busy on_press=go>{words}</Button> }
    };
    move || {
        let providers = providers.value.get().unwrap_or_default();
        providers.iter().map(button).collect_view()
    }
}

/// Nothing else than the provider can be missing.
fn told(error: ApiError) -> ApiError {
    match error {
        ApiError::NotFound => ApiError::Refused(t!(link.no_provider).to_owned()),
        error => error,
    }
}

/// Tells whom a provider knows somebody as.
#[component]
fn NewLink(whose: Whose, found: Query<Vec<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let open = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let [provider, subject] = [(); 2].map(|()| RwSignal::new(String::new()));
    let disabled = Signal::derive(move || {
        provider.with(|provider| provider.trim().is_empty())
            || subject.with(|subject| subject.trim().is_empty())
    });
    let begin = move |_| {
        refused.set(None);
        provider.set(String::new());
        subject.set(String::new());
        open.set(true);
    };
    let link = move |_| {
        if busy.get_untracked() {
            return;
        }
        refused.set(None);
        busy.set(true);
        let body = json!({
            "provider": provider.get_untracked().trim(),
            "subject": subject.get_untracked().trim(),
        });
        leptos::task::spawn_local(async move {
            let answer = request::post(&whose.links(), &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = open.try_set(false);
                    toasts.success(t!(link.added));
                    found.refresh();
                }
                Err(ApiError::SignedOut | ApiError::Unproved) => {}
                Err(error) => {
                    let _ = refused.try_set(Some(told(error)));
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
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary busy disabled on_press=link>{t!(link.add)}</Button>
        }
    };
    view! {
        <Button class="card-form-button" on_press=begin>{t!(link.add)}</Button>
        <Dialog open title=t!(link.add) actions>
            <div class="stack-small">
                {move || {
                    let other = refused.get().filter(|error| !matches!(error, ApiError::Invalid(_)));
                    other.map(|error| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })
                }}
                <Field label=t!(link.provider) help=t!(link.provider_help).to_owned() errors=errors("provider")>
                    <TextInput value=provider />
                </Field>
                <Field label=t!(link.subject) help=t!(link.subject_help).to_owned() errors=errors("subject")>
                    <TextInput value=subject mono=true />
                </Field>
            </div>
        </Dialog>
    }
}

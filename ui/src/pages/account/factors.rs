//! What the account has besides its password.
use super::{
    app_codes::AppSetup,
    passkeys::PasskeysCard,
    recovery::{Codes, RecoveryCard},
};
use crate::{
    api::{Query, query, request},
    deed,
    entity::value,
    failure,
    object::fact,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, Card, ConfirmDialog, DateTime, Dialog, Notice, SkeletonLines, Status, Tone, use_toasts,
};
use serde_json::{Value, json};

const FACTORS: &str = "account/factors/";
const APP: &str = "account/factors/totp/";
const CONFIRM: &str = "account/factors/totp/confirm/";

/// A card for each.
#[component]
pub fn FactorCards() -> impl IntoView {
    let held = query::<Value>(|| Some(FACTORS.to_owned()));
    let failed = held.failed();
    let known = Memo::new(move |_| held.value.get());
    let codes = RwSignal::new(Vec::<String>::new());
    let cards = move || {
        match (failed.get(), known.get()) {
        (Some(error), _) => failure::place(&error, move || held.refresh()),
        (None, None) => {
            view! { <Card><div class="card-pad"><SkeletonLines lines=4 /></div></Card> }.into_any()
        }
        (None, Some(told)) => view! {
            {is_lacking(&told).then(|| view! { <Notice tone=Tone::Warning>{t!(factor.demanded)}</Notice> })}
            <AppCard told=told.clone() held codes />
            <PasskeysCard told=told.clone() held codes />
            <RecoveryCard told held codes />
        }
        .into_any(),
    }
    };
    view! {
        {cards}
        <Codes codes />
    }
}

/// Whether there is anything besides the password.
pub fn has_factor(told: &Value) -> bool {
    !value::text(told, "totp").is_empty() || !value::list(told, "passkeys").is_empty()
}

/// What comes of taking one away.
pub fn removal(told: &Value) -> &'static str {
    let apps = usize::from(!value::text(told, "totp").is_empty());
    let is_last = apps + value::list(told, "passkeys").len() == 1;
    if is_last && value::flag(told, "demanded") {
        t!(factor.remove_last)
    } else {
        t!(factor.remove_text)
    }
}

fn is_lacking(told: &Value) -> bool {
    value::flag(told, "demanded") && !has_factor(told)
}

/// What the account is told this once with a new factor.
pub fn new_codes(answer: &Value) -> Vec<String> {
    let codes = value::list(answer, "recovery_codes").iter();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[component]
fn AppCard(told: Value, held: Query<Value>, codes: RwSignal<Vec<String>>) -> impl IntoView {
    let since = value::text(&told, "totp");
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let [setting_up, removing] = [(); 2].map(|()| RwSignal::new(false));
    let begun = RwSignal::new(Value::Null);
    let refused = RwSignal::new(None::<String>);
    let begin = move |_| {
        refused.set(None);
        let work = async { request::post(APP, &json!({})).await };
        deed::run(toasts, busy, work, move |told| {
            let _ = begun.try_set(told);
            let _ = setting_up.try_set(true);
        });
    };
    let on_code = Callback::new(move |code: String| {
        leptos::task::spawn_local(async move {
            let answer = request::post(CONFIRM, &json!({"code": code})).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let _ = setting_up.try_set(false);
                    let _ = codes.try_set(new_codes(&answer));
                    toasts.success(t!(factor.app_on));
                    held.refresh();
                }
                Err(error) => {
                    let _ = refused.try_set(Some(error.reason()));
                }
            }
        });
    });
    let remove = move |()| {
        let work = async { request::delete(APP, None).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = removing.try_set(false);
            held.refresh();
        });
    };
    let content = if since.is_empty() {
        view! {
            <p class="text-muted">{t!(factor.app_text)}</p>
            <Button class="card-form-button" busy on_press=begin>{t!(factor.app_set_up)}</Button>
        }
        .into_any()
    } else {
        view! {
            <Status tone=Tone::Success label=t!(factor.on) />
            <dl class="facts facts-small">{fact(t!(factor.since), view! { <DateTime at=since /> })}</dl>
            <Button class="card-form-button" on_press=move |_| removing.set(true)>{t!(factor.remove)}</Button>
        }
        .into_any()
    };
    view! {
        <Card title=t!(factor.app)>
            <div class="card-form">{content}</div>
            <Dialog open=setting_up title=t!(factor.app_set_up)>
                <AppSetup begun=begun.get_untracked() busy failure=refused on_code />
            </Dialog>
            <ConfirmDialog
                open=removing
                title=t!(factor.app_remove_title)
                message=removal(&told)
                confirm=t!(factor.remove)
                busy
                on_confirm=remove
            />
        </Card>
    }
}

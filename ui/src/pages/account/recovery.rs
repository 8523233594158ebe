//! Codes on paper, for who has lost everything else.
use super::factors::{has_factor, new_codes};
use crate::{
    api::{Query, request},
    deed,
    entity::value,
    secret::{Secret, SecretDialog},
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, Card, ConfirmDialog, Status, Tone, use_toasts};
use serde_json::{Value, json};

const RENEW: &str = "account/recovery-codes/";
/// With fewer than these it is time for new ones.
const FEW: u64 = 3;

/// How many are left, and new ones. Without another factor there are none.
#[component]
pub fn RecoveryCard(
    told: Value,
    held: Query<Value>,
    codes: RwSignal<Vec<String>>,
) -> impl IntoView {
    if !has_factor(&told) {
        return ().into_any();
    }
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let left = value::number(&told, "recovery_codes").unwrap_or_default();
    let tone = if left < FEW {
        Tone::Warning
    } else {
        Tone::Success
    };
    let label = plural(left, t!(factor.codes_left_one), t!(factor.codes_left));
    let renew = move |()| {
        let work = async { request::post(RENEW, &json!({})).await };
        deed::run(toasts, busy, work, move |answer| {
            let _ = asking.try_set(false);
            let _ = codes.try_set(new_codes(&answer));
            held.refresh();
        });
    };
    view! {
        <Card title=t!(factor.recovery)>
            <div class="card-form">
                <p class="text-muted">{t!(factor.recovery_text)}</p>
                <Status tone label />
                <Button class="card-form-button" on_press=move |_| asking.set(true)>{t!(factor.renew_codes)}</Button>
            </div>
            <ConfirmDialog
                open=asking
                title=t!(factor.renew_title)
                message=t!(factor.renew_text)
                confirm=t!(factor.renew_codes)
                look=ButtonLook::Primary
                busy
                on_confirm=renew
            />
        </Card>
    }
    .into_any()
}

/// New codes, this once.
#[component]
pub fn Codes(codes: RwSignal<Vec<String>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || {
        if codes.with(|codes| !codes.is_empty()) {
            open.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            codes.set(Vec::new());
        }
        is_open
    });
    view! {
        <SecretDialog open title=t!(factor.recovery)>
            <Secret
                warning=t!(factor.codes_once)
                text=codes.with_untracked(|codes| codes.join("\n"))
                file="migasfree-recovery-codes.txt"
            />
        </SecretDialog>
    }
}

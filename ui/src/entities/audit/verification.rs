//! Whether the audit is whole: what the server found the last time, and looking again.
use crate::{
    api::{Query, query, request, session},
    deed,
    entity::{cell, value},
    failure,
    object::fact,
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, Later, SkeletonLines, Status, Tone, use_toasts,
};
use serde_json::{Value, json};
use std::time::Duration;

const VERIFICATION: &str = "audit/verification/";
const ENTITY: &str = "audit.verification";
/// Between two looks at one that is running.
const PAUSE: Duration = Duration::from_secs(2);

/// Above the list.
pub fn tools() -> AnyView {
    if session::may("view", ENTITY) {
        view! { <Verification /> }.into_any()
    } else {
        ().into_any()
    }
}

#[component]
fn Verification() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuShieldCheck on_press=move |_| open.set(true)>{t!(verification.title)}</Button>
        <Dialog open title=t!(verification.title)>
            <Found />
        </Dialog>
    }
}

#[component]
fn Found() -> impl IntoView {
    let found = query::<Value>(|| Some(VERIFICATION.to_owned()));
    let failed = found.failed();
    let again = Later::new();
    Effect::new(move || {
        let runs = found
            .value
            .with(|found| found.as_ref().is_some_and(is_running));
        if runs && !found.loading.get() {
            again.run(PAUSE, move || found.refresh());
        }
    });
    move || match (failed.get(), found.value.get()) {
        (Some(error), _) => failure::place(&error, move || found.refresh()),
        (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
        (None, Some(told)) => view! { <Told told found /> }.into_any(),
    }
}

fn is_running(told: &Value) -> bool {
    value::flag(told, "is_running")
}

#[component]
fn Told(told: Value, found: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let running = is_running(&told);
    let look = move |_| {
        let work = async { request::post(VERIFICATION, &json!({})).await };
        deed::run(toasts, busy, work, move |_| found.refresh());
    };
    let (tone, label) = result(&told);
    let count = |member: &str| value::number(&told, member).map(number);
    view! {
        <div class="stack-small">
            <Status tone label busy=Signal::stored(running) />
            <dl class="facts facts-small">
                {fact(t!(verification.checked_at), cell::when(&value::text(&told, "checked_at")))}
                {count("checked").map(|count| fact(t!(verification.checked), count))}
                {count("checkpoint_id").map(|id| fact(t!(verification.checkpoint), id))}
            </dl>
            <p class="text-muted">{t!(verification.text)}</p>
            {session::may("add", ENTITY)
                .then(|| {
                    view! {
                        <Button
                            look=ButtonLook::Primary
                            class="card-form-button"
                            busy=Signal::derive(move || running || busy.get())
                            on_press=look
                        >
                            {t!(verification.look)}
                        </Button>
                    }
                })}
        </div>
    }
}

/// What was found, in words; the first record that is not as it was written is named.
fn result(told: &Value) -> (Tone, String) {
    if is_running(told) {
        return (Tone::Info, t!(verification.running).to_owned());
    }
    if value::text(told, "checked_at").is_empty() {
        return (Tone::Neutral, t!(verification.never).to_owned());
    }
    let Some(broken) = value::number(told, "broken_id") else {
        return (Tone::Success, t!(verification.whole).to_owned());
    };
    let words = match value::text(told, "reason").as_str() {
        "missing" => tf!(verification.missing, id = broken),
        "checkpoint" => tf!(verification.checkpoint_wrong, id = broken),
        "end" => tf!(verification.end, id = broken),
        "head" => t!(verification.head).to_owned(),
        "anchor" => t!(verification.anchor).to_owned(),
        _ => tf!(verification.changed, id = broken),
    };
    (Tone::Error, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_that_was_changed_names_the_record() {
        let told = |broken: Value, reason: Value| json!({"is_running": false, "checked_at": "2026-11-30T10:00:00Z", "checked": 9, "broken_id": broken, "reason": reason});
        assert_eq!(result(&told(Value::Null, Value::Null)).0, Tone::Success);
        let (tone, words) = result(&told(json!(7), json!("changed")));
        assert_eq!(tone, Tone::Error);
        assert!(words.contains('7'), "{words}");
    }
}

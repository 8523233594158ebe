//! How far an action is, its executions, and taking it back.
use super::ACTIONS;
use crate::{
    acting::{Executions, states, verb_label},
    api::{Query, events, request, session},
    deed,
    entity::value,
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, ConfirmDialog, use_toasts};
use serde_json::{Value, json};

/// How many computers are how far: "3 Succeeded · 1 Waiting".
pub fn progress(action: &Value) -> AnyView {
    let counts = value::at(action, "states");
    let told: Vec<String> = states()
        .into_iter()
        .filter_map(|state| {
            let count = value::number(counts, &state.value)?;
            Some(format!("{} {}", number(count), state.label))
        })
        .collect();
    told.join(" · ").into_any()
}

/// Its computers, each with how far it is.
pub fn executions(id: i64, _: Query<Value>) -> AnyView {
    let path = format!("actions/{id}/executions/?page_size=100");
    view! { <Executions path by_computer=true /> }.into_any()
}

/// In the title line: taking it back where no computer has it.
pub fn actions(id: i64, action: Query<Value>) -> AnyView {
    events::on_event(move |event| {
        if event.changes("remote.execution") {
            action.refresh();
        }
    });
    let waits = Memo::new(move |_| {
        action.value.with(|action| {
            action.as_ref().is_some_and(|action| {
                let right = format!("remote.{}", value::text(action, "verb"));
                let waiting = value::number(value::at(action, "states"), "ready");
                waiting.is_some_and(|count| count > 0) && session::may("run", &right)
            })
        })
    });
    let shown = move || waits.get().then(|| view! { <Cancel id action /> });
    shown.into_any()
}

#[component]
fn Cancel(id: i64, action: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let verb = move || {
        let verb = action.value.get();
        verb.map_or_else(String::new, |action| {
            verb_label(&value::text(&action, "verb"))
        })
    };
    let cancel = move |()| {
        let path = format!("{}cancel/", ACTIONS.object_api(id));
        let work = async move { request::post(&path, &json!({})).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            toasts.success(t!(action.cancelled_now));
            action.refresh();
        });
    };
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuBan on_press=move |_| asking.set(true)>{t!(action.cancel)}</Button>
        <ConfirmDialog
            open=asking
            title=move || tf!(action.cancel_title, verb = verb())
            message=t!(action.cancel_text)
            confirm=t!(action.cancel)
            busy
            on_confirm=cancel
        />
    }
}

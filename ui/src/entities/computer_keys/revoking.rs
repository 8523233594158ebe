//! In the title line of a key: deciding about one that waits, ending one that is good.
use super::{COMPUTER_KEYS, cells::PENDING, deciding::Decision};
use crate::{
    api::{Query, request},
    deed,
    entity::value,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, ConfirmDialog, use_toasts};
use serde_json::{Value, json};

/// What can be done with it.
pub fn actions(id: i64, key: Query<Value>) -> AnyView {
    if !COMPUTER_KEYS.may("change") {
        return ().into_any();
    }
    let state = Memo::new(move |_| {
        let state = key
            .value
            .with(|key| key.as_ref().map(|key| value::text(key, "state")));
        state.unwrap_or_default()
    });
    let on_decided = Callback::new(move |()| key.refresh());
    let shown = move || match state.get().as_str() {
        PENDING => {
            let row = key.value.get_untracked().unwrap_or_default();
            view! { <Decision row on_decided /> }.into_any()
        }
        "active" | "replaced" => view! { <Revoke id object=key /> }.into_any(),
        _ => ().into_any(),
    };
    shown.into_any()
}

#[component]
fn Revoke(id: i64, object: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let name = move || {
        let key = object.value.get();
        key.map_or_else(String::new, |key| COMPUTER_KEYS.text_of(&key))
    };
    let revoke = move |()| {
        let path = format!("{}revoke/", COMPUTER_KEYS.object_api(id));
        let work = async move { request::post(&path, &json!({})).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            toasts.success(t!(computer_key.revoked_now));
            object.refresh();
        });
    };
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuBan on_press=move |_| asking.set(true)>{t!(computer_key.revoke)}</Button>
        <ConfirmDialog
            open=asking
            title=move || tf!(computer_key.revoke_title, name = name())
            message=t!(computer_key.revoke_text)
            confirm=t!(computer_key.revoke)
            busy
            on_confirm=revoke
        />
    }
}

//! The button that ends a session: of one's own, or of others for who may.
use super::{REMOTE_SESSIONS, is_live};
use crate::{
    api::{Query, request, session},
    deed,
    entity::value,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ConfirmDialog, use_toasts};
use serde_json::{Value, json};

/// In the title line.
pub fn actions(id: i64, session: Query<Value>) -> AnyView {
    view! { <EndButton id session /> }.into_any()
}

#[component]
fn EndButton(id: i64, session: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let [open, busy] = [false; 2].map(RwSignal::new);
    let is_offered = Memo::new(move |_| {
        session
            .value
            .with(|session| session.as_ref().is_some_and(may_end))
    });
    let end = move || {
        let path = format!("{}end/", REMOTE_SESSIONS.object_api(id));
        let work = async move { request::post(&path, &json!({})).await };
        deed::run(toasts, busy, work, move |_| {
            open.set(false);
            session.refresh();
        });
    };
    view! {
        <Show when=move || is_offered.get()>
            <Button look=ButtonLook::Plain icon=icondata::LuCircleStop on_press=move |_| open.set(true)>{t!(remote_session.end)}</Button>
        </Show>
        <ConfirmDialog
            open
            title=t!(remote_session.end)
            message=t!(remote_session.end_text)
            confirm=t!(remote_session.end)
            busy
            on_confirm=end
        />
    }
}

fn may_end(row: &Value) -> bool {
    let is_own = value::id(value::at(row, "operator")) == session::user().id;
    is_live(row) && (is_own || session::may("end", "remote.sessions"))
}

//! Taking a certificate back.
use super::{CERTIFICATES, cells};
use crate::{
    api::{Query, request},
    deed,
    entity::value,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Dialog, Field, Select, use_toasts};
use serde_json::{Value, json};

/// In the title line of one that was not taken back.
pub fn actions(id: i64, certificate: Query<Value>) -> AnyView {
    view! { <Revoke id certificate /> }.into_any()
}

#[component]
fn Revoke(id: i64, certificate: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let open = RwSignal::new(false);
    let reason = RwSignal::new("unspecified".to_owned());
    let is_open = Memo::new(move |_| {
        certificate.value.with(|one| {
            let is_revoked = |one: &Value| !value::text(one, "revoked_at").is_empty();
            one.as_ref()
                .is_some_and(|one| !is_revoked(one) && CERTIFICATES.may_with("change", one))
        })
    });
    let revoke = move |_| {
        let path = format!("{}revoke/", CERTIFICATES.object_api(id));
        let body = json!({"reason": reason.get_untracked()});
        let work = async move { request::post(&path, &body).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = open.try_set(false);
            toasts.success(t!(certificate.revoked_now));
            certificate.refresh();
        });
    };
    let title = move || {
        let name = certificate.value.get();
        let name = name.map_or_else(String::new, |one| CERTIFICATES.text_of(&one));
        tf!(certificate.revoke_title, name = name)
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Danger busy on_press=revoke>{t!(certificate.revoke)}</Button>
        }
    };
    view! {
        <Show when=move || is_open.get()>
            <Button size=ButtonSize::Small icon=icondata::LuBan on_press=move |_| open.set(true)>{t!(certificate.revoke)}</Button>
        </Show>
        <Dialog open title actions>
            <div class="stack-small">
                <p>{t!(certificate.revoke_text)}</p>
                <Field label=t!(certificate.reason)><Select value=reason choices=cells::reasons() /></Field>
            </div>
        </Dialog>
    }
}

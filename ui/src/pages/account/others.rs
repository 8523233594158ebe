//! How somebody else signs in, for who looks after accounts.
use super::{links::LinksCard, sessions::SessionsCard, whose::Whose};
use crate::{
    api::{query, request, session},
    deed,
    entities::USERS,
    entity::value,
    failure,
    object::fact,
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, Card, ConfirmDialog, DateTime, Notice, SkeletonLines, Status, Tone, use_toasts,
};
use serde_json::{Value, json};

/// What they have besides a password, where they are signed in, what their account is linked to.
#[component]
pub fn Others(id: i64, name: String) -> impl IntoView {
    let whose = Whose::Of(id);
    view! {
        <FactorsCard id name=name.clone() />
        <SessionsCard whose name />
        {session::user().is_superuser.then(|| view! { <LinksCard whose /> })}
    }
}

#[component]
fn FactorsCard(id: i64, name: String) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let found = query::<Value>(move || Some(format!("{}factors/", USERS.object_api(id))));
    let failed = found.failed();
    let known = Memo::new(move |_| found.value.get());
    let title = tf!(factor.forget_title, name = name);
    let forget = move |()| {
        let path = format!("{}forget-factors/", USERS.object_api(id));
        let name = name.clone();
        let work = async move { request::post(&path, &json!({})).await };
        deed::run(toasts, busy, work, move |_| {
            let _ = asking.try_set(false);
            toasts.success(tf!(factor.forgotten, name = name));
            found.refresh();
        });
    };
    let content = move || {
        match (failed.get(), known.get()) {
        (Some(error), _) => failure::place(&error, move || found.refresh()),
        (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
        (None, Some(held)) => view! {
            {is_lacking(&held).then(|| view! { <Notice tone=Tone::Info>{t!(factor.others_demanded)}</Notice> })}
            {held_factors(&held)}
            {has_any(&held)
                .then(|| view! { <Button class="card-form-button" on_press=move |_| asking.set(true)>{t!(factor.forget)}</Button> })}
        }
        .into_any(),
    }
    };
    view! {
        <Card title=t!(factor.others)>
            <div class="card-form">{content}</div>
            <ConfirmDialog
                open=asking
                title
                message=t!(factor.forget_text)
                confirm=t!(factor.forget)
                busy
                on_confirm=forget
            />
        </Card>
    }
}

fn held_factors(held: &Value) -> AnyView {
    if !has_any(held) {
        return view! { <Status tone=Tone::Neutral label=t!(factor.none) /> }.into_any();
    }
    let app = value::text(held, "totp");
    let app = (!app.is_empty()).then(|| fact(t!(factor.app), view! { <DateTime at=app /> }));
    let count = |member: &str| number(value::number(held, member).unwrap_or_default());
    view! {
        <dl class="facts facts-small">
            {app}
            {fact(t!(factor.passkeys), count("passkeys"))}
            {fact(t!(factor.codes), count("recovery_codes"))}
        </dl>
    }
    .into_any()
}

fn has_factor(held: &Value) -> bool {
    !value::text(held, "totp").is_empty() || value::number(held, "passkeys") > Some(0)
}

fn has_any(held: &Value) -> bool {
    has_factor(held) || value::number(held, "recovery_codes") > Some(0)
}

fn is_lacking(held: &Value) -> bool {
    value::flag(held, "demanded") && !has_factor(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_codes_alone_has_something_to_forget_and_lacks_what_is_demanded() {
        let held = |totp: Value, passkeys: u64, recovery_codes: u64| json!({"totp": totp, "passkeys": passkeys, "recovery_codes": recovery_codes, "demanded": true});
        let of = |held: Value| (has_any(&held), is_lacking(&held));
        assert_eq!(of(held(Value::Null, 0, 0)), (false, true));
        assert_eq!(of(held(Value::Null, 0, 3)), (true, true));
        assert_eq!(of(held(Value::Null, 1, 0)), (true, false));
        assert_eq!(
            of(held(json!("2026-11-30T10:00:00Z"), 0, 10)),
            (true, false)
        );
    }
}

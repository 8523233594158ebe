//! The step behind the password.
use super::{
    Ways,
    app_codes::AppSetup,
    proof::{APP, Proof, Shown},
    recovery::Codes,
};
use crate::{
    api::{
        ApiError, request,
        session::{self, Step},
    },
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::session::SessionUser;
use migasfree_ui_kit::{Button, ButtonLook, Notice, SkeletonLines, Tone};
use serde_json::{Value, json};

const CHALLENGE: &str = "/rest-auth/login/passkey/";
const ENROL: &str = "/rest-auth/login/enrol/";

/// One factor, or the first one, which a group demands.
#[component]
pub fn NextStep(step: Step, ways: Ways) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let Step {
        secret,
        factors,
        enrol,
    } = step;
    let secret = StoredValue::new(secret);
    let codes = RwSignal::new(Vec::<String>::new());
    let waiting = StoredValue::new(None::<SessionUser>);
    // Nobody sees them again: going on waits until they are kept.
    Effect::new(move |were_shown: Option<bool>| {
        let are_shown = codes.with(|codes| !codes.is_empty());
        if were_shown == Some(true)
            && !are_shown
            && let Some(user) = waiting.get_value()
        {
            ways.done.run(user);
        }
        are_shown
    });
    let on_shown = Callback::new(move |(factor, answer): Shown| {
        let secret = secret.get_value();
        leptos::task::spawn_local(async move {
            let answer = session::take_step(&secret, &factor, &answer).await;
            let _ = busy.try_set(false);
            match answer {
                Ok((user, new)) if new.is_empty() => ways.done.run(user),
                Ok((user, new)) => {
                    waiting.set_value(Some(user));
                    let _ = codes.try_set(new);
                }
                Err(error) => {
                    let _ = failure.try_set(Some(reason(&error)));
                }
            }
        });
    });
    let content = if enrol.is_empty() {
        let challenge = (CHALLENGE, json!({"step": secret.get_value()}));
        view! { <Proof factors challenge busy failure on_shown /> }.into_any()
    } else {
        view! { <FirstFactor secret busy failure on_shown /> }.into_any()
    };
    view! {
        <div class="stack-small">
            {content}
            <Button look=ButtonLook::Quiet icon=icondata::LuArrowLeft on_press=move |_| ways.back.run(())>
                {t!(login.other_account)}
            </Button>
            <Codes codes />
        </div>
    }
}

fn reason(error: &ApiError) -> String {
    match error {
        ApiError::SignedOut => t!(login.step_over).to_owned(),
        error => error.reason(),
    }
}

#[component]
fn FirstFactor(
    secret: StoredValue<String>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    on_shown: Callback<Shown>,
) -> impl IntoView {
    let begun = RwSignal::new(None::<Value>);
    let body = json!({"step": secret.get_value()});
    leptos::task::spawn_local(async move {
        match request::post(ENROL, &body).await {
            Ok(told) => {
                let _ = begun.try_set(Some(told));
            }
            Err(error) => {
                let _ = failure.try_set(Some(reason(&error)));
            }
        }
    });
    let on_code = Callback::new(move |code: String| on_shown.run((APP.to_owned(), code)));
    let content = move || match begun.get() {
        Some(begun) => view! { <AppSetup begun busy failure on_code /> }.into_any(),
        None => match failure.get() {
            Some(reason) => view! { <Notice tone=Tone::Error>{reason}</Notice> }.into_any(),
            None => view! { <SkeletonLines lines=4 /> }.into_any(),
        },
    };
    view! {
        <p>{t!(login.factor_demanded)}</p>
        {content}
    }
}

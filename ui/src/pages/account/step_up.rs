//! The dialog that asks once more who is there.
use super::proof::{Proof, Shown};
use crate::{
    api::{query, request, step_up},
    entity::value,
    failure,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Dialog, SkeletonLines};
use serde_json::{Value, json};

const PROOFS: &str = "account/step-up/";
const CHALLENGE: &str = "account/step-up/passkey/";

/// Once on a page. What was refused is done again as soon as they have shown it.
#[component]
pub fn StepUp() -> impl IntoView {
    let open = RwSignal::new(false);
    step_up::asks(open);
    Effect::new(move || {
        if !open.get() {
            step_up::tell(false);
        }
    });
    view! {
        <Dialog open title=t!(step_up.title)>
            <div class="stack-small step-up">
                <p class="text-muted">{t!(step_up.text)}</p>
                <Ask open />
            </div>
        </Dialog>
    }
}

#[component]
fn Ask(open: RwSignal<bool>) -> impl IntoView {
    let proofs = query::<Value>(|| Some(PROOFS.to_owned()));
    let failed = proofs.failed();
    let factors = Memo::new(move |_| proofs.value.with(|told| told.as_ref().map(names)));
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    let on_shown = Callback::new(move |(factor, answer): Shown| {
        leptos::task::spawn_local(async move {
            let body = json!({"factor": factor, "answer": answer});
            let answer = request::post(PROOFS, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    step_up::tell(true);
                    let _ = open.try_set(false);
                }
                Err(error) => {
                    let _ = refused.try_set(Some(error.reason()));
                }
            }
        });
    });
    move || {
        match (failed.get(), factors.get()) {
        (Some(error), _) => failure::place(&error, move || proofs.refresh()),
        (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
        (None, Some(factors)) => {
            view! { <Proof factors challenge=(CHALLENGE, json!({})) busy failure=refused on_shown /> }
                .into_any()
        }
    }
    }
}

fn names(told: &Value) -> Vec<String> {
    let names = value::list(told, "factors").iter();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

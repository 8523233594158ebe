//! Requests for applications: how far they are, and deciding about them.
use crate::{
    api::{query, request},
    entities::APPLICATION_REQUESTS,
    entity::value,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Choice, Dialog, Field, Status, TextArea, Tone, use_toasts,
};
use serde_json::{Value, json};

/// States to filter by.
pub fn states() -> Vec<Choice> {
    ["pending", "approved", "refused", "withdrawn"]
        .map(|state| Choice::new(state, words(state).1))
        .to_vec()
}

/// How far a request is.
pub fn state(row: &Value) -> (Tone, &'static str) {
    words(&value::text(row, "state"))
}

fn words(state: &str) -> (Tone, &'static str) {
    match state {
        "approved" => (Tone::Success, t!(application_request.approved)),
        "refused" => (Tone::Error, t!(application_request.refused)),
        "withdrawn" => (Tone::Neutral, t!(application_request.withdrawn)),
        _ => (Tone::Warning, t!(application_request.pending)),
    }
}

/// The way to decide, or to decide otherwise.
pub fn decision_cell(row: &Value) -> AnyView {
    let wanted = value::text(row, "state") != "withdrawn";
    if wanted && APPLICATION_REQUESTS.may("change") {
        view! { <Decision row=row.clone() /> }.into_any()
    } else {
        view! { <span class="text-muted">"–"</span> }.into_any()
    }
}

#[component]
fn Decision(row: Value) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // What was decided here, until the list is read again.
    let decided = RwSignal::new(None::<&'static str>);
    let comment = RwSignal::new(value::text(&row, "comment"));
    let id = value::id(&row);
    let label = if value::text(&row, "state") == "pending" {
        t!(application_request.decide)
    } else {
        t!(application_request.decide_again)
    };
    let decide = move |approved: bool| {
        busy.set(true);
        let body = json!({"approved": approved, "comment": comment.get_untracked()});
        leptos::task::spawn_local(async move {
            let path = format!("{}decide/", APPLICATION_REQUESTS.object_api(id));
            let answer = request::post(&path, &body).await;
            // The list may have been left meanwhile.
            let _left = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let state = if approved { "approved" } else { "refused" };
                    let _left = open.try_set(false);
                    let _left = decided.try_set(Some(state));
                    toasts.success(words(state).1);
                    query::ask_again();
                }
                Err(error) => toasts.error(error.line()),
            }
        });
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button busy on_press=move |_| decide(false)>{t!(application_request.refuse)}</Button>
            <Button look=ButtonLook::Primary busy on_press=move |_| decide(true)>{t!(application_request.approve)}</Button>
        }
    };
    let title = tf!(
        application_request.question,
        application = value::related(&row, "application")
    );
    let who = tf!(
        application_request.who,
        person = value::text(&row, "person"),
        computer = value::related(&row, "computer")
    );
    let justification = value::text(&row, "justification");
    view! {
        {move || match decided.get() {
            Some(state) => {
                let (tone, label) = words(state);
                view! { <Status tone label /> }.into_any()
            }
            None => {
                view! { <Button size=ButtonSize::Small on_press=move |_| open.set(true)>{label}</Button> }.into_any()
            }
        }}
        <Dialog open title actions>
            <div class="stack-small">
                <p>{who.clone()}</p>
                {(!justification.is_empty()).then(|| view! { <blockquote class="request-reason">{justification.clone()}</blockquote> })}
                <Field label=t!(common.comment) help=t!(application_request.comment_help).to_owned()>
                    <TextArea value=comment rows=3 />
                </Field>
                <p class="text-muted">{t!(application_request.meaning)}</p>
            </div>
        </Dialog>
    }
}

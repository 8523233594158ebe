//! Letting in a program that has no browser: it shows a code, which a person types here.
use crate::{
    address,
    api::{ApiError, request},
    entity::{cell, value},
    object::fact,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, Card, Field, Notice, PageTitle, TextInput, Tone};
use serde_json::{Value, json};

const CODE: &str = "user_code";
const WAITING: &str = "device-code/waiting/";
const APPROVE: &str = "device-code/approve/";
const DENY: &str = "device-code/deny/";

/// The page. A link with the code in it does not spare looking at what it is for.
#[component]
pub fn Device() -> impl IntoView {
    let given = address::address().with_untracked(|address| {
        let code = address.query.get(CODE);
        code.unwrap_or_default().to_owned()
    });
    let code = RwSignal::new(given);
    let busy = RwSignal::new(false);
    let waiting = RwSignal::new(None::<Value>);
    let refused = RwSignal::new(None::<ApiError>);
    let outcome = RwSignal::new(None::<(Tone, String)>);
    let look = move || {
        let typed = code.get_untracked().trim().to_owned();
        if busy.get_untracked() || typed.is_empty() {
            return;
        }
        let path = format!("{WAITING}?{CODE}={}", address::encode(&typed));
        busy.set(true);
        refused.set(None);
        leptos::task::spawn_local(async move {
            let answer = request::get(&path).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(program) => {
                    let _ = waiting.try_set(Some(program));
                }
                Err(error) => {
                    let _ = refused.try_set(Some(error));
                }
            }
        });
    };
    let decide = Callback::new(move |approved: bool| {
        let path = if approved { APPROVE } else { DENY };
        let body = json!({CODE: code.get_untracked().trim()});
        busy.set(true);
        refused.set(None);
        leptos::task::spawn_local(async move {
            let answer = request::post(path, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(program) => {
                    let _ = outcome.try_set(Some(told(&program, approved)));
                    let _ = waiting.try_set(None);
                }
                Err(error) => {
                    let _ = refused.try_set(Some(error));
                }
            }
        });
    });
    let content = move || {
        match (outcome.get(), waiting.get()) {
        (Some((tone, words)), _) => view! { <Notice tone>{words}</Notice> }.into_any(),
        (None, Some(program)) => view! { <Asked program busy decide /> }.into_any(),
        (None, None) => view! {
            <form
                class="stack"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    look();
                }
            >
                <Field label=t!(device.code) help=t!(device.code_help).to_owned()>
                    <TextInput value=code mono=true autocomplete="off" autofocus=true />
                </Field>
                <Button look=ButtonLook::Primary kind="submit" busy class="card-form-button">{t!(device.look)}</Button>
            </form>
        }
        .into_any(),
    }
    };
    view! {
        <div class="page">
            <PageTitle title=t!(device.title) subtitle=t!(device.about).to_owned() />
            <div class="page-narrow">
                <Card>
                    <div class="card-form card-pad">
                        {content}
                        {move || refused.get().map(|error| view! { <Notice tone=Tone::Error>{error.reason()}</Notice> })}
                    </div>
                </Card>
            </div>
        </div>
    }
}

fn told(program: &Value, approved: bool) -> (Tone, String) {
    let program = value::text(program, "program");
    if approved {
        (Tone::Success, tf!(device.approved, program = program))
    } else {
        (Tone::Neutral, tf!(device.denied, program = program))
    }
}

#[component]
fn Asked(program: Value, busy: RwSignal<bool>, decide: Callback<bool>) -> impl IntoView {
    view! {
        <p>{tf!(device.question, program = value::text(&program, "program"))}</p>
        <dl class="facts facts-small">
            {fact(t!(device.program), value::text(&program, "program"))}
            {fact(t!(computer_key.address), view! { <span class="mono">{value::text(&program, "address")}</span> })}
            {fact(t!(device.since), cell::when(&value::text(&program, "created_at")))}
        </dl>
        <Notice tone=Tone::Warning>{t!(device.warning)}</Notice>
        <div class="chip-row">
            <Button look=ButtonLook::Primary busy on_press=move |_| decide.run(true)>{t!(device.approve)}</Button>
            <Button busy on_press=move |_| decide.run(false)>{t!(device.deny)}</Button>
        </div>
    }
}

//! Asks whether packages that nobody named may go, or change although they are held.

use crate::{
    state::{use_actions, use_store},
    text::{Locale, filled, i18n::td_string, job_title, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Job, Question};
use migasfree_ui_kit::{Button, ButtonLook, Dialog};
use wasm_bindgen::JsCast;

/// Which question: the job and the number.
type Asked = (String, u32);

/// The dialog. Whatever closes it without agreeing is a no.
#[component]
pub fn AskingDialog() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let open = RwSignal::new(false);
    let answered = StoredValue::new(None::<Asked>);
    let job = Memo::new(move |_| store.work.asking());
    let asked = Memo::new(move |_| job.with(|job| job.as_ref().and_then(asked_by)));
    Effect::new(move || {
        let question = asked.get();
        let is_new = question.is_some() && question != answered.get_value();
        open.set(is_new);
        if is_new {
            focus_refusal();
        }
    });
    let answer = move |accept: bool| {
        let question = asked.get_untracked();
        if let Some((job, number)) = question.clone()
            && question != answered.get_value()
        {
            answered.set_value(question);
            actions.answer(job, number, accept);
        }
    };
    Effect::new(move || {
        if !open.get() {
            answer(false);
        }
    });
    let agree = move |_| {
        answer(true);
        open.set(false);
    };
    // While it closes, what was asked stays on show.
    let shown = Memo::new(move |before: Option<&Option<Job>>| {
        job.get().or_else(|| before.cloned().flatten())
    });
    let question = move || shown.get().and_then(|job| job.question).unwrap_or_default();
    let only_held = Memo::new(move |_| question().removal.is_empty());
    let title = move || {
        let locale = i18n.get_locale();
        match only_held.get() {
            true => td_string!(locale, asking.title_held).to_owned(),
            false => td_string!(locale, asking.title).to_owned(),
        }
    };
    let text = move || {
        let locale = i18n.get_locale();
        let title = shown.get().map(|job| job_title(&job, locale));
        filled!(locale, asking.text, title = title.unwrap_or_default())
    };
    let buttons = move || {
        view! {
            <Button
                look=ButtonLook::Plain
                class="question-refuse"
                on_press=move |_| open.set(false)
            >
                {move || td_string!(i18n.get_locale(), asking.cancel)}
            </Button>
            <Button look=ButtonLook::Danger class="question-accept" on_press=agree>
                {move || match only_held.get() {
                    true => td_string!(i18n.get_locale(), asking.accept_held),
                    false => td_string!(i18n.get_locale(), asking.accept),
                }}
            </Button>
        }
    };
    view! {
        <Dialog open title actions=buttons>
            <div class="stack" data-testid="question-dialog">
                <p>{text}</p>
                {move || lists(&question(), i18n.get_locale())}
            </div>
        </Dialog>
    }
}

fn asked_by(job: &Job) -> Option<Asked> {
    let question = job.question.as_ref()?;
    Some((job.id.clone(), question.id))
}

/// The packages, by what would become of them.
fn lists(question: &Question, locale: Locale) -> impl IntoView + use<> {
    [
        (
            "removal",
            td_string!(locale, asking.removal),
            &question.removal,
        ),
        ("held", td_string!(locale, asking.held), &question.held),
        (
            "install",
            td_string!(locale, asking.install),
            &question.install,
        ),
        (
            "update",
            td_string!(locale, asking.update),
            &question.update,
        ),
    ]
    .into_iter()
    .filter(|(_, _, packages)| !packages.is_empty())
    .map(|(kind, words, packages)| {
        let packages: Vec<_> = packages.iter().cloned().map(package).collect();
        view! {
            <div class="question-list" data-testid=format!("question-{kind}")>
                <p>{words}</p>
                <ul>{packages}</ul>
            </div>
        }
    })
    .collect_view()
}

fn package(name: String) -> impl IntoView {
    view! {
        <li>
            <code>{name}</code>
        </li>
    }
}

/// A key pressed in a hurry agrees to nothing.
fn focus_refusal() {
    request_animation_frame(|| {
        let button = document().query_selector(".question-refuse").ok().flatten();
        let button = button.and_then(|one| one.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(button) = button {
            let _focused = button.focus();
        }
    });
}

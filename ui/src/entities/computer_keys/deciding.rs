//! Approving keys and rejecting them, one or many at once.
use super::COMPUTER_KEYS;
use crate::{
    api::{query, request},
    deed,
    entities::{PROJECTS, TAGS},
    entity::value,
    form::Picker,
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Dialog, Field, use_toasts};
use serde_json::{Map, Value, json};

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Approve,
    Reject,
}

impl Deed {
    /// The verb.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Approve => t!(computer_key.approve),
            Self::Reject => t!(computer_key.reject),
        }
    }

    fn path(self) -> String {
        let name = match self {
            Self::Approve => "bulk-approve",
            Self::Reject => "bulk-reject",
        };
        format!("{}{name}/", COMPUTER_KEYS.api)
    }

    fn title(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Approve => (t!(computer_key.approve_one), t!(computer_key.approve_many)),
            Self::Reject => (t!(computer_key.reject_one), t!(computer_key.reject_many)),
        };
        plural(count, one, many)
    }

    fn done(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Approve => (
                t!(computer_key.approved_one),
                t!(computer_key.approved_many),
            ),
            Self::Reject => (
                t!(computer_key.rejected_one),
                t!(computer_key.rejected_many),
            ),
        };
        plural(count, one, many)
    }
}

/// The dialog that asks; approved computers can be given another project than they asked for, and tags.
#[component]
pub fn Question(
    open: RwSignal<bool>,
    deed: RwSignal<Deed>,
    ids: Signal<Vec<i64>>,
    /// What the keys are, where there are few.
    #[prop(optional, into)]
    about: ViewFn,
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let [project, tags] = [(); 2].map(|()| RwSignal::new(Value::Null));
    Effect::new(move || {
        if open.get() {
            project.set(Value::Null);
            tags.set(Value::Null);
        }
    });
    let count = move || ids.with(|ids| ids.len() as u64);
    let run = move |_| {
        let what = deed.get_untracked();
        let body = body(
            what,
            &ids.get_untracked(),
            &project.get_untracked(),
            &tags.get_untracked(),
        );
        let work = async move { request::post(&what.path(), &body).await };
        deed::run(toasts, busy, work, move |answer| {
            let changed = value::number(&answer, "changed").unwrap_or_default();
            let _ = open.try_set(false);
            toasts.success(what.done(changed));
            on_done.run(());
        });
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary busy on_press=run>{move || deed.get().verb()}</Button>
        }
    };
    view! {
        <Dialog open title=move || deed.get().title(count()) actions>
            <div class="stack-small bulk-question">
                {about.run()}
                {move || match deed.get() {
                    Deed::Approve => view! { <Given project tags /> }.into_any(),
                    Deed::Reject => view! { <p>{t!(computer_key.reject_text)}</p> }.into_any(),
                }}
            </div>
        </Dialog>
    }
}

#[component]
fn Given(project: RwSignal<Value>, tags: RwSignal<Value>) -> impl IntoView {
    view! {
        <p>{t!(computer_key.approve_text)}</p>
        <Field label=t!(project.singular) help=t!(computer_key.project_help).to_owned()>
            <Picker entity=&PROJECTS value=project single=true />
        </Field>
        <Field label=t!(tag.plural) help=t!(enrolment_token.tags_help).to_owned()>
            <Picker entity=&TAGS value=tags />
        </Field>
    }
}

fn body(deed: Deed, ids: &[i64], project: &Value, tags: &Value) -> Value {
    let mut body = Map::new();
    body.insert("ids".to_owned(), json!(ids));
    if deed == Deed::Approve {
        if project.is_object() {
            body.insert("project".to_owned(), json!(value::id(project)));
        }
        let tags = tags.as_array().map_or(&[][..], Vec::as_slice).iter();
        let tags: Vec<i64> = tags.map(value::id).collect();
        body.insert("tags".to_owned(), json!(tags));
    }
    Value::Object(body)
}

/// Both buttons for one key, and what to compare before.
#[component]
pub fn Decision(row: Value, #[prop(optional)] on_decided: Option<Callback<()>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let deed = RwSignal::new(Deed::Approve);
    let ids = Signal::stored(vec![value::id(&row)]);
    let on_done = Callback::new(move |()| {
        query::ask_again();
        if let Some(on_decided) = on_decided {
            on_decided.run(());
        }
    });
    let button = move |what: Deed| {
        let ask = move |_| {
            deed.set(what);
            open.set(true);
        };
        view! { <Button size=ButtonSize::Small on_press=ask>{what.verb()}</Button> }
    };
    let about = move || {
        let fingerprint = value::in_groups(&value::text(&row, "thumbprint"));
        view! {
            <p>
                <b>{COMPUTER_KEYS.text_of(&row)}</b>
                <br />
                <code class="mono">{fingerprint}</code>
            </p>
            <p class="text-muted">{t!(computer_key.compare)}</p>
        }
    };
    view! {
        <span class="chip-row">{button(Deed::Approve)} {button(Deed::Reject)}</span>
        <Question open deed ids about=about on_done />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_approved_is_given_anything() {
        let (project, tags) = (json!({"id": 3}), json!([{"id": 7}]));
        assert_eq!(
            body(Deed::Approve, &[1, 2], &project, &tags),
            json!({"ids": [1, 2], "project": 3, "tags": [7]})
        );
        assert_eq!(
            body(Deed::Approve, &[1], &Value::Null, &Value::Null),
            json!({"ids": [1], "tags": []})
        );
        assert_eq!(
            body(Deed::Reject, &[1], &project, &tags),
            json!({"ids": [1]})
        );
    }
}

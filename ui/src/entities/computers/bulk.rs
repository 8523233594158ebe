//! What is done with many computers at once, in one request each.
use crate::{
    acting::{Ask, Verb, Whom, allowed},
    api::request,
    entities::{COMPUTERS, TAGS, computer_statuses},
    entity::value,
    form::Picker,
    list::Selection,
    text::{number, plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Choice, Dialog, Field, Icon, LinkButton, Notice, Select, Tone,
    use_toasts,
};
use serde_json::{Map, Value, json};

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Tag,
    Untag,
    Status,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Status => "status",
        }
    }

    /// The question, which names the number.
    fn title(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Tag => (t!(computer.tag_one), t!(computer.tag_many)),
            Self::Untag => (t!(computer.untag_one), t!(computer.untag_many)),
            Self::Status => (t!(computer.state_one), t!(computer.state_many)),
        };
        plural(count, one, many)
    }
}

/// The buttons in the bar of the list.
pub fn bulk_actions(selection: Selection) -> AnyView {
    view! { <Actions selection /> }.into_any()
}

#[component]
fn Actions(selection: Selection) -> impl IntoView {
    let open = RwSignal::new(false);
    let deed = RwSignal::new(Deed::Tag);
    let ask = move |what: Deed| {
        deed.set(what);
        open.set(true);
    };
    let may_change = COMPUTERS.may("change");
    let verb = RwSignal::new(None::<&'static Verb>);
    let chosen = RwSignal::new(String::new());
    let count = Signal::derive(move || selection.count().to_string());
    let mut verbs: Vec<Choice> = allowed()
        .into_iter()
        .map(|verb| Choice::new(verb.name, verb.label.text()))
        .collect();
    if !verbs.is_empty() {
        verbs.insert(0, Choice::new("", t!(action.choose)));
    }
    Effect::new(move || {
        let name = chosen.get();
        if !name.is_empty() {
            verb.set(allowed().into_iter().find(|verb| verb.name == name));
            chosen.set(String::new());
        }
    });
    view! {
        <Show when=move || may_change>
            <Button size=ButtonSize::Small icon=icondata::LuTag on_press=move |_| ask(Deed::Tag)>{t!(computer.tag)}</Button>
            <Button size=ButtonSize::Small on_press=move |_| ask(Deed::Untag)>{t!(computer.untag)}</Button>
            <Button size=ButtonSize::Small on_press=move |_| ask(Deed::Status)>{t!(computer.set_status)}</Button>
        </Show>
        {(!verbs.is_empty()).then(|| view! { <Select value=chosen choices=verbs.clone() label=t!(action.singular) class="bulk-verb" /> })}
        <LinkButton
            size=ButtonSize::Small
            icon=icondata::LuDownload
            download="computers.csv"
            href=Signal::derive(move || selection.export_path())
        >
            {t!(list.export)}
        </LinkButton>
        <Question selection open deed />
        <Ask verb whom=Whom::Many(selection) name=count on_done=move |()| selection.done() />
    }
}

#[component]
fn Question(selection: Selection, open: RwSignal<bool>, deed: RwSignal<Deed>) -> impl IntoView {
    let toasts = use_toasts();
    let tags = RwSignal::new(Value::Null);
    let status = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    Effect::new(move || {
        if open.get() {
            tags.set(Value::Null);
            status.set(String::new());
            error.set(None);
        }
    });
    let chosen = move || value_ids(&tags.get());
    let ready = Signal::derive(move || match deed.get() {
        Deed::Tag | Deed::Untag => !chosen().is_empty(),
        Deed::Status => !status.get().is_empty(),
    });
    let run = move || {
        let (name, named) = selection.named();
        let mut body = Map::new();
        body.insert("action".to_owned(), json!(deed.get_untracked().name()));
        body.insert(name.to_owned(), named);
        body.insert("expected".to_owned(), json!(untrack(|| selection.count())));
        if deed.get_untracked() == Deed::Status {
            body.insert("status".to_owned(), json!(status.get_untracked()));
        } else {
            body.insert("tags".to_owned(), json!(value_ids(&tags.get_untracked())));
        }
        error.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::post("computers/bulk/", &Value::Object(body)).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let changed = value::number(&answer, "changed").unwrap_or_default();
                    toasts.success(plural(changed, t!(list.changed_one), t!(list.changed_many)));
                    let _ = open.try_set(false);
                    selection.done();
                }
                Err(failure) => {
                    let _ = error.try_set(Some(failure.line()));
                }
            }
        });
    };
    let title = move || deed.get().title(selection.count());
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary busy disabled=Signal::derive(move || !ready.get()) on_press=move |_| run()>
                {move || format!("{} ({})", t!(computer.apply), number(selection.count()))}
            </Button>
        }
    };
    view! {
        <Dialog open title actions>
            <div class="stack-small bulk-question">
                {move || match deed.get() {
                    Deed::Tag | Deed::Untag => {
                        view! { <Field label=t!(tag.plural) help=t!(computer.tags_help).to_owned()><Picker entity=&TAGS value=tags /></Field> }.into_any()
                    }
                    Deed::Status => {
                        let mut choices = vec![Choice::new("", "–")];
                        choices.extend(computer_statuses());
                        view! { <Field label=t!(common.state)><Select value=status choices /></Field> }.into_any()
                    }
                }}
                <Show when=move || deed.get() == Deed::Status && status.get() == "unsubscribed">
                    <Notice tone=Tone::Warning>{t!(computer.unsubscribe_text)}</Notice>
                </Show>
                {move || error.get().map(|error| view! { <Notice tone=Tone::Error>{error}</Notice> })}
                <p class="text-muted"><Icon icon=icondata::LuHistory />" "{t!(computer.bulk_audited)}</p>
            </div>
        </Dialog>
    }
}

fn value_ids(tags: &Value) -> Vec<i64> {
    let tags = tags.as_array().map_or(&[][..], Vec::as_slice);
    tags.iter().map(value::id).collect()
}

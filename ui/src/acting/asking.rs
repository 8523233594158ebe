//! What an action is asked for with.
use super::Verb;
use crate::{
    api::{ApiError, request},
    list::Selection,
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, Dialog, Field, Notice, TextArea, TextInput, Tone, use_toasts,
};
use serde_json::{Map, Value, json};

/// Whom it is for.
#[derive(Clone, Copy)]
pub enum Whom {
    One(i64),
    Many(Selection),
}

impl Whom {
    /// How many computers.
    fn count(self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Many(selection) => selection.count(),
        }
    }

    /// Where it is asked for, and what names them.
    fn named(self) -> (String, Map<String, Value>) {
        let mut body = Map::new();
        match self {
            Self::One(id) => (format!("computers/{id}/actions/"), body),
            Self::Many(selection) => {
                let (name, named) = selection.named();
                let name = if name == "ids" { "computers" } else { name };
                body.insert(name.to_owned(), named);
                let count = untrack(|| selection.count());
                body.insert("expected".to_owned(), json!(count));
                ("actions/".to_owned(), body)
            }
        }
    }
}

/// By which the server knows a request again that it got before.
fn new_key() -> String {
    let number = js_sys::Math::random().to_bits();
    let now = js_sys::Date::now().to_bits();
    format!("{now:x}-{number:x}")
}

/// Asks for an action, when there is one to be asked for. Where people may lose what they have not saved, `name` has to be typed:
/// that of the computer, or the number of computers.
#[component]
pub fn Ask(
    verb: RwSignal<Option<&'static Verb>>,
    whom: Whom,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let [title, text, reason, typed, key] = [(); 5].map(|()| RwSignal::new(String::new()));
    let minutes = RwSignal::new("5".to_owned());
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        failed.set(None);
        typed.set(String::new());
        key.set(new_key());
        open.set(verb.with(Option::is_some));
    });
    Effect::new(move || {
        if !open.get() && verb.with_untracked(Option::is_some) {
            verb.set(None);
        }
    });
    let is = move |wanted: fn(&Verb) -> bool| verb.with(|verb| verb.is_some_and(wanted));
    let is_message = Signal::derive(move || is(|verb| verb.name == "message"));
    let is_drastic = Signal::derive(move || is(Verb::is_drastic));
    // Before the name is known nothing is confirmed by typing nothing.
    let confirmed = Signal::derive(move || {
        let typed = typed.get();
        let typed = typed.trim();
        !is_drastic.get() || (!typed.is_empty() && typed == name.get().trim())
    });
    let parameters = move || {
        if is_message.get_untracked() {
            json!({"title": title.get_untracked(), "text": text.get_untracked()})
        } else if is_drastic.get_untracked() {
            let minutes = minutes.get_untracked();
            let delay = minutes.trim().parse::<u32>();
            let delay = delay.map_or_else(|_| json!(minutes), |minutes| json!(minutes));
            json!({"delay_minutes": delay, "text": text.get_untracked()})
        } else {
            json!({})
        }
    };
    let send = move || {
        let Some(asked) = verb.get_untracked() else {
            return;
        };
        if busy.get_untracked() || !confirmed.get_untracked() {
            return;
        }
        let (path, mut body) = whom.named();
        body.insert("verb".to_owned(), json!(asked.name));
        body.insert("parameters".to_owned(), parameters());
        body.insert("reason".to_owned(), json!(reason.get_untracked()));
        body.insert("key".to_owned(), json!(key.get_untracked()));
        failed.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::post(&path, &Value::Object(body)).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = open.try_set(false);
                    toasts.success(t!(action.asked));
                    // The page may have been left.
                    let _ = on_done.try_run(());
                }
                Err(ApiError::Unproved) => {}
                Err(error) => {
                    // What was refused is not what is asked for next. Where no answer came it may have been taken: asking
                    // again with the same key does not do it twice.
                    if !matches!(error, ApiError::Unreachable | ApiError::Broken { .. }) {
                        let _ = key.try_set(new_key());
                    }
                    let _ = failed.try_set(Some(error.line()));
                }
            }
        });
    };
    let heading = move || verb.with(|verb| verb.map_or("", |verb| verb.label.text()).to_owned());
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary busy disabled=Signal::derive(move || !confirmed.get()) on_press=move |_| send()>
                {move || format!("{} ({})", heading(), number(whom.count()))}
            </Button>
        }
    };
    view! {
        <Dialog open title=heading actions>
            <div class="stack-small">
                {move || failed.get().map(|error| view! { <Notice tone=Tone::Error>{error}</Notice> })}
                <Show when=move || is_message.get()>
                    <Field label=t!(action.message_title)>
                        <TextInput value=title name="title" required=true />
                    </Field>
                </Show>
                <Show when=move || is_drastic.get()>
                    <Notice tone=Tone::Warning>{t!(action.drastic)}</Notice>
                    <Field label=t!(action.delay)>
                        <TextInput value=minutes name="minutes" kind="number" required=true />
                    </Field>
                </Show>
                <Show when=move || is_message.get() || is_drastic.get()>
                    <Field label=t!(action.text)>
                        <TextArea value=text rows=3 />
                    </Field>
                </Show>
                <Field label=t!(action.reason) help=t!(action.reason_help).to_owned()>
                    <TextInput value=reason name="reason" />
                </Field>
                <Show when=move || is_drastic.get()>
                    {move || {
                        let label = tf!(action.confirm, name = name.get());
                        view! {
                            <Field label=label>
                                <TextInput value=typed name="confirm" autocomplete="off" mono=true />
                            </Field>
                        }
                    }}
                </Show>
                <p class="text-muted">{t!(action.waits)}</p>
            </div>
        </Dialog>
    }
}

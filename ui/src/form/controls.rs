//! From a declared field to its control.
use super::{FormState, Picker, file::FileField, picture::PictureField};
use crate::{
    api::session,
    entities::DOMAINS,
    entity::{Field, Kind},
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_types::shown::{is_hidden, shown_line};
use migasfree_ui_kit::{Checkbox, Choice, Field as Frame, Markdown, Select, TextArea, TextInput};
use serde_json::Value;

/// A field with its label, help, control and errors.
#[component]
pub fn FieldView(form: FormState, field: &'static Field) -> impl IntoView {
    let label = field.label.text();
    let usual = field
        .help
        .filter(|_| !(form.read_only && field.prompts))
        .map(|help| help.text().to_owned());
    let help = Signal::derive(move || match field.warning {
        Some(warning) if form.is_changed(field) => Some(warning.text().to_owned()),
        _ => usual.clone(),
    });
    let fixed = form.read_only || field.fixed && form.id.is_some();
    let errors = form.errors_of(field.name);
    let entered = form.value(field.name);
    Effect::new(move |before: Option<()>| {
        entered.track();
        if before.is_some() {
            form.forgive(field.name);
        }
    });
    if let Kind::Flag = field.kind {
        let value = flag(entered);
        return view! { <Checkbox value label help errors disabled=Signal::stored(fixed) attr:data-field=field.name /> }
            .into_any();
    }
    view! {
        <Frame label help errors required=field.required && !form.read_only attr:data-field=field.name>
            {control(form, field, fixed)}
        </Frame>
    }
    .into_any()
}

fn control(form: FormState, field: &'static Field, fixed: bool) -> AnyView {
    let signal = form.value(field.name);
    let disabled = Signal::stored(fixed);
    match &field.kind {
        Kind::Text | Kind::Mono | Kind::Email => {
            let mono = matches!(field.kind, Kind::Mono);
            let kind = if matches!(field.kind, Kind::Email) {
                "email"
            } else {
                "text"
            };
            let value = text(signal);
            view! {
                <TextInput value mono kind disabled />
                {unseen(value)}
            }
            .into_any()
        }
        Kind::Date => view! { <TextInput value=text(signal) kind="date" disabled /> }.into_any(),
        Kind::Moment => {
            view! { <TextInput value=text(signal) kind="datetime-local" disabled /> }.into_any()
        }
        Kind::Number { min, max } => number(signal, (*min, *max), fixed),
        // An input of numbers has no value while it ends with a point, and bound to one would lose what was typed.
        Kind::Decimal { .. } => view! { <TextInput value=text(signal) disabled /> }.into_any(),
        Kind::Area => view! { <TextArea value=text(signal) rows=3 disabled /> }.into_any(),
        Kind::Code => {
            view! { <TextArea value=text(signal) rows=12 mono=true disabled /> }.into_any()
        }
        Kind::Markdown if fixed => {
            view! { <div class="markdown-preview"><Markdown text=text(signal) /></div> }.into_any()
        }
        Kind::Markdown => markdown(text(signal)),
        Kind::Choices(choices) => choices_of(signal, choices.all(), field.required, fixed),
        Kind::One { entity, filter } => {
            let filter = *filter;
            // What is of somebody who has domains stays in one of them.
            let kept = entity.path == DOMAINS.path && session::boundary().is_some();
            let required = field.required || kept;
            view! { <Picker entity value=signal single=true filter=Signal::derive(move || filter(form)) disabled=fixed required /> }.into_any()
        }
        Kind::Many { entity, filter } => {
            let filter = *filter;
            view! { <Picker entity value=signal filter=Signal::derive(move || filter(form)) disabled=fixed /> }.into_any()
        }
        Kind::Lines => lines(text(signal), fixed),
        Kind::Picture => view! { <PictureField form field fixed /> }.into_any(),
        Kind::File => view! { <FileField form field fixed /> }.into_any(),
        Kind::Flag => ().into_any(),
    }
}

/// A line as it is written, where something in it acts on what is around it instead of being seen.
fn unseen(value: RwSignal<String>) -> impl IntoView {
    move || {
        value.with(|text| {
            text.chars().any(is_hidden).then(|| {
                let shown = shown_line(text).into_owned();
                view! {
                    <p class="field-help" role="status">
                        {t!(form.unseen)}
                        " "
                        <bdi class="mono">{shown}</bdi>
                    </p>
                }
            })
        })
    }
}

/// A text that follows a JSON value and leads it.
pub fn text(value: RwSignal<Value>) -> RwSignal<String> {
    let text = RwSignal::new(value.with_untracked(text_of));
    Effect::new(move || {
        let new = value.with(text_of);
        if text.with_untracked(|text| *text != new) {
            text.set(new);
        }
    });
    Effect::new(move || {
        let new = text.get();
        if value.with_untracked(text_of) != new {
            value.set(Value::String(new));
        }
    });
    text
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Yes or no that follows a JSON value and leads it.
pub fn flag(value: RwSignal<Value>) -> RwSignal<bool> {
    let read = |value: &Value| value.as_bool().unwrap_or_default();
    let flag = RwSignal::new(value.with_untracked(read));
    Effect::new(move || {
        let new = value.with(read);
        if flag.get_untracked() != new {
            flag.set(new);
        }
    });
    Effect::new(move || {
        let new = flag.get();
        if value.with_untracked(read) != new {
            value.set(Value::Bool(new));
        }
    });
    flag
}

fn number(value: RwSignal<Value>, (min, max): (i64, i64), fixed: bool) -> AnyView {
    let text = text(value);
    let ids = migasfree_ui_kit::field::field_ids();
    let invalid = ids.invalid;
    view! {
        <input
            id=ids.control
            class="input number-input"
            type="number"
            min=min.to_string()
            max=max.to_string()
            step="1"
            disabled=fixed
            aria-describedby=ids.description
            aria-invalid=move || invalid.get().then_some("true")
            prop:value=text
            on:input=move |event| text.set(event_target_value(&event))
        />
    }
    .into_any()
}

fn choices_of(
    value: RwSignal<Value>,
    mut choices: Vec<Choice>,
    required: bool,
    fixed: bool,
) -> AnyView {
    let held = value.with_untracked(text_of);
    let empty = held.is_empty();
    if !empty && !choices.iter().any(|choice| choice.value == held) {
        // A browser would show the first one instead.
        choices.push(Choice::new(held.clone(), held));
    }
    if !required || empty {
        let asked = required && !fixed;
        choices.insert(
            0,
            Choice::new("", if asked { t!(form.choose) } else { "–" }),
        );
    }
    view! { <Select value=text(value) choices disabled=Signal::stored(fixed) required /> }
        .into_any()
}

fn lines(value: RwSignal<String>, fixed: bool) -> AnyView {
    let count = move || {
        value.with(|text| text.lines().filter(|line| !line.trim().is_empty()).count() as u64)
    };
    view! {
        <TextArea value rows=3 mono=true disabled=Signal::stored(fixed) />
        <p class="lines-count" aria-live="polite">{move || (count() > 0).then(|| plural(count(), t!(form.line), t!(form.lines)))}</p>
    }
    .into_any()
}

fn markdown(value: RwSignal<String>) -> AnyView {
    let preview = RwSignal::new(false);
    let tab = move |shown: bool, label: &'static str| {
        view! {
            <button
                type="button"
                class="segment"
                aria-pressed=move || if preview.get() == shown { "true" } else { "false" }
                on:click=move |_| preview.set(shown)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="markdown-field">
            <div class="segments" role="group">{tab(false, t!(form.write))}{tab(true, t!(form.preview))}</div>
            <div class:hidden=preview><TextArea value rows=10 /></div>
            <Show when=move || preview.get()>
                <div class="markdown-preview"><Markdown text=value /></div>
            </Show>
        </div>
    }
    .into_any()
}

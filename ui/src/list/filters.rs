//! Filters: a panel to set them, chips that show and remove them. They live in the address.
use super::{parameter::Parameter, state::ListState};
use crate::{
    api::query,
    entity::{Entity, Filter, FilterKind, value},
    form::Picker,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Chip, Choice, Field, Icon, Later, Popover, Select, TextInput,
};
use serde_json::Value;
use std::time::Duration;

/// The button with the panel of all filters.
#[component]
pub fn FilterPanel(state: ListState) -> impl IntoView {
    let trigger = || view! { <Icon icon=icondata::LuListFilter /><span class="tool-text">{t!(list.filter)}</span> };
    view! {
        <Popover trigger label=t!(list.filter).to_owned() class="btn btn-plain btn-sm" panel_class="filter-panel">
            <div class="filter-fields">
                {state.sheet.filters.iter().filter(|filter| filter.offered).map(|filter| view! { <FilterField state filter /> }).collect_view()}
            </div>
        </Popover>
    }
}

#[component]
fn FilterField(state: ListState, filter: &'static Filter) -> impl IntoView {
    // Made inside the frame, whose label and help name it.
    view! { <Field label=filter.label.text()>{filter_control(state, filter)}</Field> }
}

fn filter_control(state: ListState, filter: &'static Filter) -> AnyView {
    match &filter.kind {
        FilterKind::Text => text_filter(state, filter.name, "text"),
        FilterKind::Since | FilterKind::Before => text_filter(state, filter.name, "date"),
        FilterKind::Flag => choice_filter(
            state,
            filter.name,
            vec![
                Choice::new("true", t!(common.yes)),
                Choice::new("false", t!(common.no)),
            ],
        ),
        FilterKind::Presence => choice_filter(
            state,
            filter.name,
            vec![
                Choice::new("false", t!(common.with)),
                Choice::new("true", t!(common.without)),
            ],
        ),
        FilterKind::Choices(choices) => choice_filter(state, filter.name, choices.all()),
        FilterKind::Object(entity) => object_filter(state, filter.name, entity),
    }
}

fn text_filter(state: ListState, name: &'static str, kind: &'static str) -> AnyView {
    let value = RwSignal::new(untrack(|| state.get(name)));
    let pending = Later::new();
    follow(state, name, value);
    Effect::new(move |before: Option<String>| {
        let text = value.get();
        if before.is_some_and(|before| before != text) {
            let new = text.clone();
            let apply = move || {
                if untrack(|| state.get(name)) != new {
                    state.set(name, new.trim());
                }
            };
            pending.run(Duration::from_millis(300), apply);
        }
        text
    });
    view! { <TextInput value kind /> }.into_any()
}

fn choice_filter(state: ListState, name: &'static str, mut choices: Vec<Choice>) -> AnyView {
    choices.insert(0, Choice::new("", t!(list.any)));
    let value = RwSignal::new(untrack(|| state.get(name)));
    follow(state, name, value);
    Effect::new(move |before: Option<String>| {
        let chosen = value.get();
        if before.is_some_and(|before| before != chosen) && untrack(|| state.get(name)) != chosen {
            state.set(name, &chosen);
        }
        chosen
    });
    view! { <Select value choices /> }.into_any()
}

fn object_filter(state: ListState, name: &'static str, entity: &'static Entity) -> AnyView {
    let value = RwSignal::new(Value::Null);
    Effect::new(move |before: Option<Value>| {
        let chosen = value.get();
        if before.is_some_and(|before| before != chosen)
            && let Some(id) = chosen.get("id").and_then(Value::as_i64)
        {
            state.set(name, &id.to_string());
        }
        chosen
    });
    view! { <Picker entity value single=true /> }.into_any()
}

/// Keeps a control in step with the address, where a chip may have been removed.
fn follow(state: ListState, name: &'static str, value: RwSignal<String>) {
    Effect::new(move || {
        let new = state.get(name);
        if value.get_untracked() != new {
            value.set(new);
        }
    });
}

/// The filters in force, each removable.
#[component]
pub fn FilterChips(state: ListState) -> impl IntoView {
    let chips = Memo::new(move |_| state.filters());
    view! {
        <Show when=move || { chips.with(|chips| !chips.is_empty()) }>
            <div class="filter-chips chip-row" aria-label=t!(list.filter)>
                <For each=move || chips.get() key=Clone::clone let:pair>
                    <FilterChip state name=pair.0 value=pair.1 />
                </For>
                <Button look=ButtonLook::Quiet size=ButtonSize::Small on_press=move |_| state.clear()>{t!(list.clear)}</Button>
            </div>
        </Show>
    }
}

#[component]
fn FilterChip(state: ListState, name: String, value: String) -> impl IntoView {
    let filter = state.sheet.filters.iter().find(|filter| filter.is(&name));
    // `status__in=assigned,reserved` is several values of the filter `status`.
    let several = filter.is_some_and(|filter| filter.name != name);
    let by_hand = name == "id__in";
    let other = Parameter::read(state.entity, &name, &value);
    let label = match filter {
        Some(filter) => filter.label.text().to_owned(),
        None if by_hand => t!(list.chosen).to_owned(),
        None => value::line(&other.label),
    };
    let object = match filter.map(|filter| &filter.kind) {
        Some(FilterKind::Object(entity)) => Some(*entity),
        Some(_) => None,
        None => other.object,
    };
    let shown = match (object, filter) {
        (Some(entity), _) => {
            let path = value.parse::<i64>().ok().map(|id| entity.object_api(id));
            let found = query::<Value>(move || path.clone());
            Signal::derive(move || {
                found.value.with(|object| {
                    object
                        .as_ref()
                        .map_or_else(|| value::line(&value), |object| entity.text_of(object))
                })
            })
        }
        (None, Some(filter)) if several => Signal::stored(
            value
                .split(',')
                .map(|one| filter.value_text(one).unwrap_or_else(|| one.to_owned()))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        (None, Some(filter)) => Signal::stored(filter.value_text(&value).unwrap_or(value)),
        (None, None) if by_hand => Signal::stored(value.split(',').count().to_string()),
        (None, None) => Signal::stored(value::line(&other.value_text(&value))),
    };
    let on_remove = Callback::new(move |()| state.set(&name, ""));
    view! { <Chip label=move || format!("{label}: {}", shown.get()) on_remove /> }
}

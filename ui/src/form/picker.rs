//! Choosing other objects: type a few letters, the server offers what matches.
use crate::{
    address::encode,
    api::{ApiError, query, request},
    entities::{self, ATTRIBUTES},
    entity::{Entity, value},
    failure,
    object::right_words,
    text::{number, t, tf},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{
    Chip, Icon, Later, field,
    scrolling::{has_moved, keep_in_view},
};
use serde_json::Value;
use std::time::Duration;

/// How many matches are offered at first, and how many more each time somebody asks.
const OFFERED: u64 = 20;
const MORE: u64 = 100;

/// One or several objects. The value holds the objects as the server sent them, or null.
#[component]
pub fn Picker(
    entity: &'static Entity,
    value: RwSignal<Value>,
    #[prop(optional)] single: bool,
    /// Narrows the offer: `&project__id=3`.
    #[prop(optional, into)]
    filter: Signal<String>,
    #[prop(optional)] disabled: bool,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let offer = RwSignal::new(Vec::<Value>::new());
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let at = RwSignal::new(0_usize);
    let wanted = RwSignal::new(OFFERED);
    // Matches that are not offered yet.
    let beyond = RwSignal::new(0_u64);
    let unseen = !disabled && !entity.may("view");
    let disabled = disabled || unseen;
    let input = NodeRef::<html::Input>::new();
    let root = NodeRef::<html::Div>::new();
    let ids = field::field_ids();
    let invalid = ids.invalid;
    let list_id = field::unique_id("offer");

    let newest = StoredValue::new(0_u32);
    let search = move || {
        let number = newest.get_value().wrapping_add(1);
        newest.set_value(number);
        busy.set(true);
        let text = typed.get_untracked();
        let path = format!(
            "{}?search={}&page_size={}{}",
            entity.api,
            encode(&entities::search_term(entity, &text)),
            wanted.get_untracked(),
            filter.get_untracked()
        );
        leptos::task::spawn_local(async move {
            let answer = request::get(&path).await;
            if newest.try_get_value() != Some(number) {
                return;
            }
            failed.set(answer.as_ref().err().cloned());
            let found = answer.unwrap_or_default();
            let chosen: Vec<i64> = chosen(value).iter().map(value::id).collect();
            let rows = value::list(&found, "results");
            let count = value::number(&found, "count").unwrap_or_default();
            beyond.set(count.saturating_sub(rows.len() as u64));
            let mut rows: Vec<Value> = rows
                .iter()
                .filter(|row| single || !chosen.contains(&value::id(row)))
                .cloned()
                .collect();
            exact_first(entity, &mut rows, &text);
            let stays = wanted.get_untracked() > OFFERED;
            offer.set(rows);
            if !stays {
                at.set(0);
            }
            busy.set(false);
        });
    };
    let pending = Later::new();
    let search_more = move || {
        wanted.update(|wanted| *wanted += MORE);
        search();
    };
    let search_soon = move || pending.run(Duration::from_millis(150), search);
    let show = move || {
        if !disabled && !open.get_untracked() {
            open.set(true);
            wanted.set(OFFERED);
            search();
        }
    };
    let choose = move |row: Value| {
        if single {
            value.set(row);
        } else {
            let id = value::id(&row);
            offer.update(|offer| offer.retain(|row| value::id(row) != id));
            value.update(|value| {
                if let Value::Array(list) = value {
                    list.push(row);
                } else {
                    *value = Value::Array(vec![row]);
                }
            });
        }
        // Open it would cover what comes next in the form; the next letter opens it again.
        open.set(false);
        typed.set(String::new());
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    let remove = move |id: i64| {
        value.update(|value| match value {
            Value::Array(list) => list.retain(|object| value::id(object) != id),
            other => *other = Value::Null,
        });
    };
    let option_id = {
        let list_id = list_id.clone();
        move |index: usize| format!("{list_id}-{index}")
    };
    let key_id = option_id.clone();
    let on_key = move |event: KeyboardEvent| {
        let count = offer.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                if open.get_untracked() {
                    at.update(|at| *at = (*at + 1).min(count.saturating_sub(1)));
                    keep_in_view(&key_id(at.get_untracked()));
                } else {
                    show();
                }
            }
            "ArrowUp" => {
                event.prevent_default();
                at.update(|at| *at = at.saturating_sub(1));
                keep_in_view(&key_id(at.get_untracked()));
            }
            "Enter" if open.get_untracked() => {
                event.prevent_default();
                if let Some(row) =
                    offer.with_untracked(|offer| offer.get(at.get_untracked()).cloned())
                {
                    choose(row);
                }
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                open.set(false);
            }
            "Backspace" if typed.with_untracked(String::is_empty) => {
                if let Some(last) = chosen(value).last() {
                    remove(value::id(last));
                }
            }
            _ => {}
        }
    };
    let active_id = option_id.clone();
    let hosts = hosts(entity, value);
    let chips = move || {
        let named = |object: Value| {
            hosts.value.with(|page| {
                let rows = page
                    .as_ref()
                    .map_or(&[][..], |page| page.results.as_slice());
                let row = rows.iter().find(|row| value::id(row) == value::id(&object));
                row.cloned().unwrap_or(object)
            })
        };
        chosen(value)
            .into_iter()
            .map(named)
            .map(|object| {
                let id = value::id(&object);
                let (prefix, label) = parts(entity, &object);
                let on_remove = (!(disabled || single && required))
                    .then(|| Callback::new(move |()| remove(id)));
                let muted = entity.hides(&object);
                let href = (entity.page && !muted).then(|| entity.object_href(id));
                match (on_remove, href) {
                    (Some(on_remove), Some(href)) => {
                        view! { <Chip label prefix href on_remove muted /> }.into_any()
                    }
                    (Some(on_remove), None) => {
                        view! { <Chip label prefix on_remove muted /> }.into_any()
                    }
                    (None, Some(href)) => view! { <Chip label prefix href muted /> }.into_any(),
                    (None, None) => view! { <Chip label prefix muted /> }.into_any(),
                }
            })
            .collect_view()
    };
    let empty =
        move || value.with(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    view! {
        <div class="picker" node_ref=root class:picker-disabled=disabled on:focusout=move |_| {
            // The offer closes when the focus went elsewhere, not when it moved to one of its rows.
            set_timeout(move || {
                let inside = root.try_get_untracked().flatten().is_some_and(|root| {
                    document().active_element().is_some_and(|active| root.contains(Some(active.as_ref())))
                });
                if !inside {
                    let _ = open.try_set(false);
                    // Letters of a search are nothing that was chosen.
                    let _ = typed.try_set(String::new());
                }
            }, Duration::from_millis(120));
        }>
            <div class="picker-box" on:click=move |_| {
                if let Some(input) = input.get_untracked() {
                    let _ = input.focus();
                }
                show();
            }>
                {chips}
                <input
                    node_ref=input
                    id=ids.control
                    class="picker-input"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    disabled=disabled
                    aria-autocomplete="list"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls=list_id.clone()
                    aria-activedescendant=move || open.get().then(|| active_id(at.get()))
                    aria-describedby=ids.description
                    aria-invalid=move || invalid.get().then_some("true")
                    placeholder=move || if empty() && !disabled { t!(form.search) } else { "" }
                    prop:value=typed
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        wanted.set(OFFERED);
                        open.set(true);
                        search_soon();
                    }
                    on:keydown=on_key
                />
                <Icon icon=icondata::LuChevronsUpDown />
            </div>
            <Show when=move || open.get()>
                <div class="picker-offer">
                    <ul id=list_id.clone() role="listbox">
                        {
                            let option_id = option_id.clone();
                            move || {
                                let rows = offer.get();
                                if rows.is_empty() && failed.with(Option::is_some) {
                                    return ().into_any();
                                }
                                if rows.is_empty() {
                                    let words = if busy.get() { t!(common.loading) } else { t!(form.nothing_found) };
                                    return view! { <li class="picker-nothing" role="option" aria-disabled="true">{words}</li> }.into_any();
                                }
                                rows.into_iter()
                                    .enumerate()
                                    .map(|(index, row)| {
                                        let (prefix, label) = parts(entity, &row);
                                        let second = second_line(&row);
                                        view! {
                                            <li
                                                id=option_id(index)
                                                class="picker-option"
                                                role="option"
                                                aria-selected=move || if at.get() == index { "true" } else { "false" }
                                                on:mousedown=move |event| {
                                                    event.prevent_default();
                                                    choose(row.clone());
                                                }
                                                on:mousemove=move |event| {
                                                    if has_moved(&event) {
                                                        at.set(index);
                                                    }
                                                }
                                            >
                                                {prefix.map(|prefix| view! { <span class="chip-prefix">{prefix}</span> })}
                                                <span class="picker-label">{label}</span>
                                                <span class="picker-second">{second}</span>
                                            </li>
                                        }
                                    })
                                    .collect_view()
                                    .into_any()
                            }
                        }
                    </ul>
                    {move || failed.get().map(|error| failure::line(&error, search))}
                    {move || {
                        let count = beyond.get();
                        (count > 0 && failed.with(Option::is_none))
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="picker-option picker-more"
                                        tabindex="-1"
                                        on:mousedown=|event| event.prevent_default()
                                        on:click=move |_| search_more()
                                    >
                                        {tf!(form.more, count = number(count))}
                                    </button>
                                }
                            })
                    }}
                    {move || missing(entity, offer.with(Vec::is_empty) && !busy.get() && failed.with(Option::is_none))}
                </div>
            </Show>
            {unseen
                .then(|| {
                    let things = entity.things();
                    let right = right_words(entity, "view");
                    view! { <p class="field-help picker-unseen">{tf!(right.unseen, things = things, right = right)}</p> }
                })}
        </div>
    }
}

/// Puts first what is called just as it was typed, in capitals or not.
fn exact_first(entity: &'static Entity, rows: &mut [Value], text: &str) {
    let text = text.trim().to_lowercase();
    rows.sort_by_key(|row| parts(entity, row).1.to_lowercase() != text);
}

/// The attributes among the chosen ones that stand for computers, with what they are described by: the host name.
fn hosts(entity: &'static Entity, value: RwSignal<Value>) -> query::Query<Page<Value>> {
    let bare = Memo::new(move |_| {
        let stands_for_one = |object: &Value| {
            entity.path == ATTRIBUTES.path
                && !entity.hides(object)
                && value::text(object, "property_att.prefix") == value::CID
                && object.get("description").is_none()
        };
        let mut ids: Vec<i64> = chosen(value)
            .iter()
            .filter(|object| stands_for_one(object))
            .map(value::id)
            .collect();
        ids.sort_unstable();
        ids
    });
    query::query(move || {
        let ids: Vec<String> = bare.get().iter().map(ToString::to_string).collect();
        let path = || {
            format!(
                "{}?id__in={}&page_size={}",
                entity.api,
                ids.join(","),
                ids.len()
            )
        };
        (!ids.is_empty()).then(path)
    })
}

/// A way to make what is not there yet, in a window beside so that the form stays.
fn missing(entity: &'static Entity, nothing: bool) -> Option<AnyView> {
    let create = entity
        .create
        .filter(|_| nothing && entities::can_make(entity))?;
    Some(
        view! {
            <a
                class="picker-option"
                href=format!("/{}/new", entity.path)
                target="_blank"
                on:mousedown=|event| event.prevent_default()
            >
                <Icon icon=icondata::LuPlus />
                {create.text()}
            </a>
        }
        .into_any(),
    )
}

fn chosen(value: RwSignal<Value>) -> Vec<Value> {
    value.with(|value| match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    })
}

/// How an object is called: an attribute by its prefix and its value.
pub(super) fn parts(entity: &'static Entity, object: &Value) -> (Option<String>, String) {
    if object.get("property_att").is_none() || entity.hides(object) {
        return (None, entity.text_of(object));
    }
    let (prefix, text) = value::attribute_parts(object);
    ((!prefix.is_empty()).then_some(prefix), text)
}

/// What tells apart objects of the same name.
pub fn second_line(object: &Value) -> String {
    if value::text(object, "property_att.prefix") == value::CID {
        return String::new();
    }
    value::text_of(
        object,
        &["description", "project.name", "platform.name", "summary"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::NONE;
    use serde_json::json;

    #[test]
    fn what_is_called_as_it_was_typed_comes_first() {
        let named = |name: &str| json!({"id": 1, "name": name});
        let mut rows = ["Copy of Base", "Old Base", "Base"].map(named);
        exact_first(&NONE, &mut rows, " base");
        assert_eq!(rows, ["Base", "Copy of Base", "Old Base"].map(named));
        exact_first(&NONE, &mut rows, "");
        assert_eq!(rows, ["Base", "Copy of Base", "Old Base"].map(named));
    }
}

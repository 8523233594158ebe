//! What a deletion would do, as a person reads it: what goes, what changes, and what becomes of what is in force.
use crate::{
    api::query,
    entities,
    entity::{Entity, value},
    form::{Picker, second_line},
    text::{number, t},
};
use leptos::prelude::*;
use migasfree_types::rest::{
    deletion::{self, Affected},
    page::Page,
    reference::Ref,
};
use migasfree_ui_kit::{Field, Notice, Tone};
use serde_json::Value;

/// Objects of a kind that are written out.
const NAMED: usize = 6;

/// What becomes of what uses the object.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Fate {
    #[default]
    Undecided,
    /// It gets another one; none chosen yet.
    Replace(Option<i64>),
    Detach,
}

impl Fate {
    /// Whether nothing is left to choose.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Replace(Some(_)) | Self::Detach)
    }
}

/// How the request says it.
pub fn suffix(held: bool, fate: &Fate) -> String {
    match fate {
        Fate::Replace(Some(id)) if held => format!("?replace_with={id}"),
        Fate::Detach if held => "?detach=true".to_owned(),
        _ => String::new(),
    }
}

/// The lists, and the choice where something in force uses the object.
#[component]
pub fn Consequences(
    entity: &'static Entity,
    told: deletion::Consequences,
    fate: RwSignal<Fate>,
    ids: Signal<Vec<i64>>,
) -> impl IntoView {
    let held = (!told.held.is_empty()).then(|| {
        let lines = told.held.iter().map(line).collect_view();
        view! {
            <Notice tone=Tone::Warning>
                <b>{t!(object.in_use)}</b>
                <ul class="fate-list">{lines}</ul>
            </Notice>
            {(told.replaceable || told.detachable)
                .then(|| view! { <Choose entity fate ids replaceable=told.replaceable detachable=told.detachable /> })}
            {(!told.replaceable && !told.detachable).then(|| view! { <p>{t!(object.first_elsewhere)}</p> })}
        }
    });
    view! {
        {held}
        {part(t!(object.goes_along), &told.gone)}
        {part(t!(object.changes_too), &told.changed)}
    }
}

fn part(title: &'static str, kinds: &[Affected]) -> Option<AnyView> {
    (!kinds.is_empty()).then(|| {
        view! {
            <section class="fate">
                <h3>{title}</h3>
                <ul class="fate-list">{kinds.iter().map(line).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// `Deployments (schedule) · 3: Base, Office, Tools`.
fn line(kind: &Affected) -> AnyView {
    let name = entities::kind_label(&kind.entity, kind.count, &kind.text);
    let member = (!kind.member.is_empty())
        .then(|| format!(" ({})", entities::member_label(&kind.entity, &kind.member)));
    let objects: Vec<Ref> = kind.objects.iter().take(NAMED).cloned().collect();
    let more = objects.len() as u64 != kind.count;
    let namesakes = namesakes(&objects);
    let entity = entities::by_model(&kind.entity).filter(|entity| entity.may("view"));
    let ids: Vec<String> = namesakes.iter().map(ToString::to_string).collect();
    let known = query::<Page<Value>>(move || {
        let entity = entity.filter(|_| !ids.is_empty())?;
        let (ids, size) = (ids.join(","), ids.len());
        Some(format!("{}?id__in={ids}&page_size={size}", entity.api))
    });
    let is_named = !objects.is_empty();
    let names = move || {
        let apart = |id: i64| {
            let of = known.value.with(|page| {
                let rows = page
                    .as_ref()
                    .map_or(&[][..], |page| page.results.as_slice());
                rows.iter()
                    .find(|row| value::id(row) == id)
                    .map(second_line)
            });
            of.filter(|of| !of.is_empty())
                .unwrap_or_else(|| format!("#{id}"))
        };
        let mut names: Vec<String> = objects
            .iter()
            .map(|one| {
                if namesakes.contains(&one.id) {
                    format!("{} ({})", value::line(&one.name), apart(one.id))
                } else {
                    value::line(&one.name)
                }
            })
            .collect();
        if more {
            names.push("…".to_owned());
        }
        names.join(", ")
    };
    view! {
        <li>
            <b class="tabular">{number(kind.count)}</b>
            " "
            {name}
            {member}
            {is_named.then(|| view! { <span class="text-muted">": "{names}</span> })}
        </li>
    }
    .into_any()
}

/// Those that are called as another one is.
fn namesakes(objects: &[Ref]) -> Vec<i64> {
    let is_shared = |one: &&Ref| {
        objects
            .iter()
            .any(|other| other.id != one.id && other.name == one.name)
    };
    objects.iter().filter(is_shared).map(|one| one.id).collect()
}

#[component]
fn Choose(
    entity: &'static Entity,
    fate: RwSignal<Fate>,
    ids: Signal<Vec<i64>>,
    replaceable: bool,
    detachable: bool,
) -> impl IntoView {
    let chosen = RwSignal::new(Value::Null);
    Effect::new(move || {
        let id = chosen.with(|chosen| {
            let id = value::id(chosen);
            (id != 0 && !ids.get_untracked().contains(&id)).then_some(id)
        });
        if matches!(fate.get_untracked(), Fate::Replace(_)) {
            fate.set(Fate::Replace(id));
        }
    });
    let group = migasfree_ui_kit::field::unique_id("fate");
    let other_group = group.clone();
    view! {
        <div class="fate-choice" role="radiogroup" aria-label=t!(object.in_use)>
            {replaceable
                .then(|| {
                    view! {
                        <label>
                            <input
                                type="radio"
                                class="radio radio-sm"
                                name=group
                                prop:checked=move || fate.with(|fate| matches!(fate, Fate::Replace(_)))
                                on:change=move |_| {
                                    let id = chosen.with_untracked(value::id);
                                    fate.set(Fate::Replace((id != 0).then_some(id)));
                                }
                            />
                            {t!(object.replace_with)}
                        </label>
                    }
                })}
            <Show when=move || fate.with(|fate| matches!(fate, Fate::Replace(_)))>
                <Field label=(entity.singular)()>
                    <Picker entity value=chosen single=true />
                </Field>
            </Show>
            {detachable
                .then(|| {
                    view! {
                        <label>
                            <input
                                type="radio"
                                class="radio radio-sm"
                                name=other_group
                                prop:checked=move || fate.with(|fate| *fate == Fate::Detach)
                                on:change=move |_| fate.set(Fate::Detach)
                            />
                            {t!(object.detach)}
                        </label>
                    }
                })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_the_same_name_are_told_apart() {
        let one = |id, name: &str| Ref {
            id,
            name: name.to_owned(),
        };
        let objects = [one(1, "Notes"), one(2, "Base"), one(3, "Notes")];
        assert_eq!(namesakes(&objects), [1, 3]);
    }

    #[test]
    fn only_what_is_held_is_decided_on() {
        assert_eq!(suffix(true, &Fate::Replace(Some(3))), "?replace_with=3");
        assert_eq!(suffix(true, &Fate::Detach), "?detach=true");
        assert_eq!(suffix(false, &Fate::Detach), "");
        assert!(!Fate::Replace(None).is_decided());
    }
}

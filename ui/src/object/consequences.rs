//! What a deletion would do, as a person reads it: what goes, what changes, and what becomes of what is in force.
use crate::{
    entities,
    entity::{Entity, value},
    form::Picker,
    text::{number, t},
};
use leptos::prelude::*;
use migasfree_types::rest::deletion::{self, Affected};
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
            <Choose entity fate ids replaceable=told.replaceable detachable=told.detachable />
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
    let mut names: Vec<String> = kind
        .objects
        .iter()
        .take(NAMED)
        .map(|one| value::line(&one.name))
        .collect();
    if names.len() as u64 != kind.count && !names.is_empty() {
        names.push("…".to_owned());
    }
    view! {
        <li>
            <b class="tabular">{number(kind.count)}</b>
            " "
            {name}
            {member}
            {(!names.is_empty()).then(|| view! { <span class="text-muted">": "{names.join(", ")}</span> })}
        </li>
    }
    .into_any()
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
    fn only_what_is_held_is_decided_on() {
        assert_eq!(suffix(true, &Fate::Replace(Some(3))), "?replace_with=3");
        assert_eq!(suffix(true, &Fate::Detach), "?detach=true");
        assert_eq!(suffix(false, &Fate::Detach), "");
        assert!(!Fate::Replace(None).is_decided());
    }
}

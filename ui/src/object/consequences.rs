//! What a deletion would do, as a person reads it: what goes, what changes, and what becomes of what is in force.
use crate::{
    api::query,
    entities,
    entity::{Entity, value},
    form::{Picker, second_line},
    text::{in_sentence, number, t},
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
pub enum OnDelete {
    #[default]
    Undecided,
    /// It gets another one; none chosen yet.
    Replace(Option<i64>),
    Detach,
}

impl OnDelete {
    /// Whether nothing is left to choose.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Replace(Some(_)) | Self::Detach)
    }

    /// How the requests say it.
    pub fn parameter(&self) -> Option<String> {
        match self {
            Self::Replace(Some(id)) => Some(format!("replace_with={id}")),
            Self::Detach => Some("detach=true".to_owned()),
            Self::Undecided | Self::Replace(None) => None,
        }
    }
}

/// What keeps objects from being deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hold {
    /// Nothing.
    #[default]
    Free,
    /// What uses them, until somebody says what becomes of it.
    Choice { replaceable: bool, detachable: bool },
    /// What uses them, as long as it does.
    Blocked,
}

impl Hold {
    /// As the server tells it.
    pub fn of(told: &deletion::Consequences) -> Self {
        match (told.held.is_empty(), told.replaceable, told.detachable) {
            (true, ..) => Self::Free,
            (false, false, false) => Self::Blocked,
            (false, replaceable, detachable) => Self::Choice {
                replaceable,
                detachable,
            },
        }
    }

    /// Whether the objects can be deleted once that is decided.
    pub fn lets_go(self, on_delete: &OnDelete) -> bool {
        match self {
            Self::Free => true,
            Self::Choice { .. } => on_delete.is_decided(),
            Self::Blocked => false,
        }
    }
}

/// What uses the objects, and what to do about it where nothing can be chosen here.
pub fn held(told: &deletion::Consequences) -> Option<AnyView> {
    if told.held.is_empty() {
        return None;
    }
    let lines = told.held.iter().map(line).collect_view();
    let blocked = Hold::of(told) == Hold::Blocked;
    Some(
        view! {
            <Notice tone=Tone::Warning>
                <b>{t!(object.in_use)}</b>
                <ul class="on-delete-list">{lines}</ul>
            </Notice>
            {blocked.then(|| view! { <p>{t!(object.first_elsewhere)}</p> })}
        }
        .into_any(),
    )
}

/// What goes, and what stays as something else.
pub fn effects(told: &deletion::Consequences) -> AnyView {
    view! {
        {part(t!(object.goes_along), &told.gone)}
        {part(t!(object.moves), &told.moved)}
        {part(t!(object.changes_too), &told.changed)}
    }
    .into_any()
}

fn part(title: &'static str, kinds: &[Affected]) -> Option<AnyView> {
    (!kinds.is_empty()).then(|| {
        view! {
            <section class="on-delete">
                <h3>{title}</h3>
                <ul class="on-delete-list">{kinds.iter().map(line).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// `3 deployments (schedule): Base, Office, Tools`.
fn line(kind: &Affected) -> AnyView {
    let name = in_sentence(&entities::kind_label(&kind.entity, kind.count, &kind.text));
    let (of, member) = (kind.entity.clone(), kind.member.clone());
    let member = (!member.is_empty()).then_some(move || {
        // It may be called by a part that is not loaded yet.
        entities::follow();
        format!(" ({})", entities::member_label(&of, &member))
    });
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
    let model = kind.entity.clone();
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
                let name = entities::object_words(&model, &value::line(&one.name));
                if namesakes.contains(&one.id) {
                    format!("{name} ({})", apart(one.id))
                } else {
                    name
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

/// What becomes of what uses the objects.
#[component]
pub fn Choose(
    entity: &'static Entity,
    on_delete: RwSignal<OnDelete>,
    ids: Signal<Vec<i64>>,
    /// Narrows the others that can take their place: `&project__id=3`.
    among: Signal<String>,
    /// Why the chosen one cannot.
    #[prop(into)]
    errors: Signal<Vec<String>>,
    replaceable: bool,
    detachable: bool,
) -> impl IntoView {
    let chosen = RwSignal::new(Value::Null);
    Effect::new(move || {
        let id = chosen.with(|chosen| {
            let id = value::id(chosen);
            (id != 0 && !ids.get_untracked().contains(&id)).then_some(id)
        });
        if matches!(on_delete.get_untracked(), OnDelete::Replace(_)) {
            on_delete.set(OnDelete::Replace(id));
        }
    });
    let group = migasfree_ui_kit::field::unique_id("on-delete");
    let other_group = group.clone();
    view! {
        <div class="on-delete-choice" role="radiogroup" aria-label=t!(object.in_use)>
            {replaceable
                .then(|| {
                    view! {
                        <label>
                            <input
                                type="radio"
                                class="radio radio-sm"
                                name=group
                                prop:checked=move || on_delete.with(|on_delete| matches!(on_delete, OnDelete::Replace(_)))
                                on:change=move |_| {
                                    let id = chosen.with_untracked(value::id);
                                    on_delete.set(OnDelete::Replace((id != 0).then_some(id)));
                                }
                            />
                            {t!(object.replace_with)}
                        </label>
                    }
                })}
            <Show when=move || on_delete.with(|on_delete| matches!(on_delete, OnDelete::Replace(_)))>
                <Field label=entity.singular.text() errors>
                    <Picker entity value=chosen single=true filter=among />
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
                                prop:checked=move || on_delete.with(|on_delete| *on_delete == OnDelete::Detach)
                                on:change=move |_| on_delete.set(OnDelete::Detach)
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
    fn what_becomes_of_it_is_said_once_it_is_decided() {
        let said = |on_delete: OnDelete| on_delete.parameter();
        assert_eq!(
            said(OnDelete::Replace(Some(3))).as_deref(),
            Some("replace_with=3")
        );
        assert_eq!(said(OnDelete::Detach).as_deref(), Some("detach=true"));
        assert_eq!(said(OnDelete::Replace(None)), None);
        assert!(!OnDelete::Replace(None).is_decided());
    }

    #[test]
    fn what_is_held_goes_only_when_it_can_and_that_is_decided() {
        let told = |held: usize, replaceable, detachable| deletion::Consequences {
            held: vec![Affected::default(); held],
            replaceable,
            detachable,
            ..deletion::Consequences::default()
        };
        let detach = OnDelete::Detach;
        assert!(Hold::of(&told(0, true, true)).lets_go(&OnDelete::Undecided));
        assert!(!Hold::of(&told(1, true, false)).lets_go(&OnDelete::Undecided));
        assert!(Hold::of(&told(1, false, true)).lets_go(&detach));
        assert_eq!(Hold::of(&told(1, false, false)), Hold::Blocked);
        assert!(!Hold::Blocked.lets_go(&detach));
    }
}

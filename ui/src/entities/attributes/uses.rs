//! Attributes: how they are written, and where they are used.
use crate::{
    api::query,
    entities::{
        APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, COMPUTERS, DEPLOYMENTS, FAULT_DEFINITIONS,
        POLICIES, SCHEDULES,
    },
    entity::{Entity, value},
    failure,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Card, Chip, Icon};
use serde_json::Value;

/// Prefix and value, leading to the attribute.
pub fn name_cell(row: &Value) -> AnyView {
    chip(row)
}

/// An attribute as a chip.
pub fn chip(attribute: &Value) -> AnyView {
    if ATTRIBUTES.hides(attribute) {
        return view! { <Chip label=ATTRIBUTES.text_of(attribute) muted=true /> }.into_any();
    }
    let (prefix, label) = value::attribute_parts(attribute);
    let title = value::text(attribute, "description");
    let prefix = (!prefix.is_empty()).then_some(prefix);
    view! { <Chip prefix label href=format!("/attributes/{}", value::id(attribute)) title=(!title.is_empty()).then_some(title) /> }.into_any()
}

/// Several attributes as chips, or a word when there are none.
pub fn chips(attributes: &[Value], none: &'static str) -> AnyView {
    if attributes.is_empty() {
        return view! { <span class="text-muted">{none}</span> }.into_any();
    }
    view! { <span class="chip-row">{attributes.iter().map(chip).collect_view()}</span> }.into_any()
}

/// Which computers have it, and what aims at it.
pub fn uses(id: i64, _object: Value) -> AnyView {
    let uses: [(&'static Entity, &'static str, &'static str); 11] = [
        (
            &COMPUTERS,
            "sync_attributes__id",
            t!(attribute.on_computers),
        ),
        (
            &DEPLOYMENTS,
            "included_attributes__id",
            t!(attribute.in_deployments),
        ),
        (
            &DEPLOYMENTS,
            "excluded_attributes__id",
            t!(attribute.out_deployments),
        ),
        (
            &SCHEDULES,
            "delays__attributes__id",
            t!(attribute.in_schedules),
        ),
        (
            &APPLICATIONS,
            "available_for_attributes__id",
            t!(attribute.in_applications),
        ),
        (
            &POLICIES,
            "included_attributes__id",
            t!(attribute.in_policies),
        ),
        (
            &POLICIES,
            "excluded_attributes__id",
            t!(attribute.out_policies),
        ),
        (
            &FAULT_DEFINITIONS,
            "included_attributes__id",
            t!(attribute.in_checks),
        ),
        (
            &FAULT_DEFINITIONS,
            "excluded_attributes__id",
            t!(attribute.out_checks),
        ),
        (
            &ATTRIBUTE_SETS,
            "included_attributes__id",
            t!(attribute.in_sets),
        ),
        (
            &ATTRIBUTE_SETS,
            "excluded_attributes__id",
            t!(attribute.out_sets),
        ),
    ];
    view! {
        <Card title=t!(attribute.uses) class="uses">
            <ul class="plain-rows">
                {uses.into_iter().map(|(entity, filter, words)| view! { <Use entity filter id words /> }).collect_view()}
            </ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Use(
    entity: &'static Entity,
    filter: &'static str,
    id: i64,
    words: &'static str,
) -> impl IntoView {
    let found =
        query::<Page<Value>>(move || Some(format!("{}?{filter}={id}&page_size=1", entity.api)));
    let count = failure::count(found);
    view! {
        <li>
            <a class="use-link" href=format!("{}?{filter}={id}", entity.href())>
                <Icon icon=entity.icon />
                {words}
            </a>
            <span class="tabular">{count}</span>
        </li>
    }
}

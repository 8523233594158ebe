//! Attributes: how they are written, and where they are used.
use crate::{
    entities::{
        APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, COMPUTERS, DEPLOYMENTS, DOMAINS,
        FAULT_DEFINITIONS, POLICIES, REMOTE_POLICIES, SCHEDULES,
    },
    entity::{Relation, value},
    text::label,
};
use leptos::prelude::*;
use migasfree_ui_kit::Chip;
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

macro_rules! uses {
    ($($own:expr),*) => {
        &[
            $($own,)*
            Relation::new(&COMPUTERS, "sync_attributes__id").called(label!(attribute.on_computers)),
            Relation::new(&DEPLOYMENTS, "included_attributes__id")
                .called(label!(attribute.in_deployments)),
            Relation::new(&DEPLOYMENTS, "excluded_attributes__id")
                .called(label!(attribute.out_deployments)),
            Relation::new(&SCHEDULES, "delays__attributes__id")
                .called(label!(attribute.in_schedules)),
            Relation::new(&APPLICATIONS, "available_for_attributes__id")
                .called(label!(attribute.in_applications)),
            Relation::new(&POLICIES, "included_attributes__id")
                .called(label!(attribute.in_policies)),
            Relation::new(&POLICIES, "excluded_attributes__id")
                .called(label!(attribute.out_policies)),
            Relation::new(&REMOTE_POLICIES, "included_attributes__id")
                .called(label!(attribute.in_remote_policies)),
            Relation::new(&REMOTE_POLICIES, "excluded_attributes__id")
                .called(label!(attribute.out_remote_policies)),
            Relation::new(&FAULT_DEFINITIONS, "included_attributes__id")
                .called(label!(attribute.in_checks)),
            Relation::new(&FAULT_DEFINITIONS, "excluded_attributes__id")
                .called(label!(attribute.out_checks)),
            Relation::new(&ATTRIBUTE_SETS, "included_attributes__id")
                .called(label!(attribute.in_sets)),
            Relation::new(&ATTRIBUTE_SETS, "excluded_attributes__id")
                .called(label!(attribute.out_sets)),
            Relation::new(&DOMAINS, "included_attributes__id").called(label!(attribute.in_domains)),
            Relation::new(&DOMAINS, "excluded_attributes__id")
                .called(label!(attribute.out_domains)),
        ]
    };
}

/// Which computers have one, and what aims at it.
pub const USES: &[Relation] = uses!();

/// The same of a tag, which computers have from the next time they synchronise.
pub const USES_OF_TAG: &[Relation] =
    uses!(Relation::new(&COMPUTERS, "tags__id").called(label!(tag.given)));

//! The groups of a policy: the first that matches decides.
use crate::entities::attributes;
use crate::{
    api::Query,
    entities::{APPLICATIONS, POLICIES, POLICY_GROUPS, POLICY_GROUPS_SHEET},
    entity::{cell::chip, value},
    form::Rows,
    object::once_there,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::Badge;
use serde_json::Value;

/// On the policy's page.
pub fn tab(id: i64, policy: Query<Value>) -> AnyView {
    once_there(policy, move |policy| {
        view! {
            <Rows
                entity=&POLICY_GROUPS
                sheet=&POLICY_GROUPS_SHEET
                parent="policy"
                parent_id=id
                ordering="priority"
                title=t!(policy.groups)
                help=t!(policy.groups_help)
                add=t!(policy.add_group)
                theirs=POLICIES.is_theirs(&policy)
                draw=draw
            />
        }
        .into_any()
    })
}

fn draw(row: &Value) -> AnyView {
    let applications = value::list(row, "applications")
        .iter()
        .map(|application| chip(&APPLICATIONS, application))
        .collect_view();
    let priority = tf!(policy.priority_is, number = value::text(row, "priority"));
    let excluded = value::list(row, "excluded_attributes");
    view! {
        <div class="policy-group">
            <div class="chip-row"><Badge>{priority}</Badge>{applications}</div>
            <div class="policy-targets">
                <span class="text-muted">{t!(policy.for_whom)}</span>
                {attributes::chips(value::list(row, "included_attributes"), t!(policy.nobody))}
            </div>
            {(!excluded.is_empty())
                .then(|| {
                    view! {
                        <div class="policy-targets">
                            <span class="text-muted">{t!(policy.except)}</span>
                            {attributes::chips(excluded, "")}
                        </div>
                    }
                })}
        </div>
    }
    .into_any()
}

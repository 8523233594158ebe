//! The groups of a policy: the first that matches decides.
use crate::{
    entities::{APPLICATIONS, attributes},
    entity::{
        Entity, Kind, RelatedRows, SECTION, Section, Sheet, cell::chip,
        told::APP_CATALOG_POLICYGROUP as TOLD, value,
    },
    text::{label, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::Badge;
use serde_json::{Value, json};

pub static GROUPS: RelatedRows = RelatedRows {
    entity: &GROUP,
    sheet: &GROUP_SHEET,
    parent: "policy",
    draw,
};

static GROUP: Entity = Entity {
    path: "policy-groups",
    icon: icondata::LuListOrdered,
    plural: label!(policy.groups),
    singular: label!(policy.group),
    create: Some(label!(policy.add_group)),
    page: false,
    needs: &[&APPLICATIONS],
    ..TOLD.entity()
};

static GROUP_SHEET: Sheet = Sheet {
    about: label!(policy.groups_help),
    ordering: "priority",
    form: &[Section {
        fields: &[
            TOLD.field("priority", label!(policy.priority))
                .drawn(Kind::Number { min: 0, max: 9999 })
                .help(label!(policy.priority_help))
                .initially(|| json!(1)),
            TOLD.many("applications", label!(application.plural), &APPLICATIONS)
                .required(),
            attributes::included(&TOLD),
            attributes::excluded(&TOLD),
        ],
        ..SECTION
    }],
    ..TOLD.sheet()
};

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

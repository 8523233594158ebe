//! Groups of a policy by priority; edited on the policy's page.
use super::{APPLICATIONS, ATTRIBUTES};
use crate::{
    entity::{Entity, Kind, SECTION, SHEET, Section, Sheet, told::APP_CATALOG_POLICYGROUP as TOLD},
    text::label,
};
use serde_json::json;

pub static POLICY_GROUPS: Entity = Entity {
    path: "policy-groups",
    icon: icondata::LuListOrdered,
    plural: label!(policy.groups),
    singular: label!(policy.group),
    page: false,
    needs: &[&APPLICATIONS],
    ..TOLD.entity()
};

pub static POLICY_GROUPS_SHEET: Sheet = Sheet {
    form: &[Section {
        fields: &[
            TOLD.field("priority", label!(policy.priority))
                .drawn(Kind::Number { min: 0, max: 9999 })
                .help(label!(policy.priority_help))
                .initially(|| json!(1)),
            TOLD.many("applications", label!(application.plural), &APPLICATIONS)
                .required(),
            TOLD.many(
                "included_attributes",
                label!(deployment.included),
                &ATTRIBUTES,
            ),
            TOLD.many(
                "excluded_attributes",
                label!(deployment.excluded),
                &ATTRIBUTES,
            ),
        ],
        ..SECTION
    }],
    ..SHEET
};

//! Groups of a policy by priority; edited on the policy's page.
use super::{APPLICATIONS, ATTRIBUTES};
use crate::{
    entity::{ENTITY, Entity, Field, Kind, SHEET, Section, Sheet},
    text::{Label, label},
};
use serde_json::json;

pub static POLICY_GROUPS: Entity = Entity {
    path: "policy-groups",
    api: "catalog/policy-groups/",
    model: "app_catalog.policygroup",
    icon: icondata::LuListOrdered,
    plural: label!(policy.groups),
    singular: label!(policy.group),
    page: false,
    needs: &[&APPLICATIONS],
    ..ENTITY
};

pub static POLICY_GROUPS_SHEET: Sheet = Sheet {
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new(
                "priority",
                label!(policy.priority),
                Kind::Number { min: 0, max: 9999 },
            )
            .required()
            .help(label!(policy.priority_help))
            .initially(|| json!(1)),
            Field::new(
                "applications",
                label!(application.plural),
                Kind::Many {
                    entity: &APPLICATIONS,
                    filter: |_| String::new(),
                },
            )
            .required(),
            Field::new(
                "included_attributes",
                label!(deployment.included),
                Kind::Many {
                    entity: &ATTRIBUTES,
                    filter: |_| String::new(),
                },
            ),
            Field::new(
                "excluded_attributes",
                label!(deployment.excluded),
                Kind::Many {
                    entity: &ATTRIBUTES,
                    filter: |_| String::new(),
                },
            ),
        ],
    }],
    ..SHEET
};

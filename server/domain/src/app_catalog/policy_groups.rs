//! Policy groups: the first one that matches a computer wins.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{
        Csv, Entity, Field, Like, Model, Shape, col, made, many, one, path, put, put_ids, raw,
    },
    schema::{Follows, Loss, Table, int, key, link},
};

use crate::core::shapes::{APPLICATION_REF, DOMAIN_REF, EXCLUDED, INCLUDED, POLICY_REF};

/// `app_catalog_policygroup`
pub static TABLE: Table = Table {
    name: "app_catalog_policygroup",
    columns: &[int("priority"), key("policy_id", "app_catalog_policy")],
    many: &[
        link(
            "included_attributes",
            "app_catalog_policygroup_included_attributes",
            "policygroup_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Replacement),
        link(
            "excluded_attributes",
            "app_catalog_policygroup_excluded_attributes",
            "policygroup_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Replacement),
        link(
            "applications",
            "app_catalog_policygroup_applications",
            "policygroup_id",
            "application_id",
            "app_catalog_application",
        )
        .losing(Loss::Told),
    ],
    order: &["policy__name", "priority"],
    unique: &[&["policy_id", "priority"]],
    ..Table::EMPTY
};

const CALLED_BY: &[Field] = &[one("policy", &POLICY_REF), col("priority")];

static POLICY_DOMAIN: Shape = Shape {
    name: "PolicyDomain",
    table: "app_catalog_policy",
    fields: &[one("domain", &DOMAIN_REF)],
};

const IN_POLICY: &[Field] = &[one("policy", &POLICY_DOMAIN)];

/// A group is of the domain of its policy.
const OF_POLICY: Field = made("domain", Like::Object, IN_POLICY, |row, _| {
    row.get("policy").get("domain").clone()
});

/// Policy groups.
pub static POLICY_GROUPS: Entity = Entity {
    route: "catalog/policy-groups",
    model: Model {
        app: "app_catalog",
        name: "policygroup",
        one: "PolicyGroup",
        many: "Policy Groups",
    },
    table: &TABLE,
    schema: "PolicyGroup",
    detail: &[
        col("id"),
        one("policy", &POLICY_REF),
        many("applications", &APPLICATION_REF),
        INCLUDED,
        EXCLUDED,
        col("priority"),
        OF_POLICY,
    ],
    answer: &[
        col("id"),
        col("priority"),
        raw("policy", "policy_id"),
        INCLUDED,
        EXCLUDED,
        many("applications", &APPLICATION_REF),
        path("domain", "policy__domain"),
    ],
    write: &[
        put("policy").required(),
        put("priority").required(),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put_ids("applications"),
    ],
    filters: &[
        "id",
        "policy__id",
        "priority",
        "included_attributes__id",
        "excluded_attributes__id",
    ],
    text: made("__str__", Like::Text, CALLED_BY, |row, _| {
        let policy = row.get("policy").get("name").as_text();
        format!(
            "{policy} ({})",
            row.get("priority").as_int().unwrap_or_default()
        )
        .into()
    }),
    belongs: Belongs::Domain("policy__domain"),
    csv: Csv::Absent,
    ..Entity::EMPTY
};

//! Policies: which applications whose computers must have.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, col, made, one, put, put_ids, raw},
    json::Json,
    schema::{Follows, Loss, Table, back, bool, key, link, long_text, text},
};

use crate::core::shapes::{DOMAIN_REF, EXCLUDED, INCLUDED};

/// `app_catalog_policy`
pub static TABLE: Table = Table {
    name: "app_catalog_policy",
    columns: &[
        text("name", 50),
        bool("enabled", true),
        bool("exclusive", true),
        long_text("comment").null(),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    many: &[
        link(
            "included_attributes",
            "app_catalog_policy_included_attributes",
            "policy_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Replacement),
        link(
            "excluded_attributes",
            "app_catalog_policy_excluded_attributes",
            "policy_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Replacement),
        back("groups", "app_catalog_policygroup", "policy_id"),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const BADGE: &[Field] = &[
    made("status", Like::Text, &[], |_, _| Json::text("policy")),
    made("summary", Like::Text, &[col("comment")], |row, _| {
        row.get("comment").as_text().into()
    }),
];

/// What writing answers: the id of the domain.
const ANSWER: &[Field] = &[
    col("id"),
    INCLUDED,
    EXCLUDED,
    col("name"),
    col("enabled"),
    col("exclusive"),
    col("comment"),
    raw("domain", "domain_id"),
];

/// Policies.
pub static POLICIES: Entity = Entity {
    route: "catalog/policies",
    model: Model {
        app: "app_catalog",
        name: "policy",
        one: "Policy",
        many: "Policies",
    },
    table: &TABLE,
    schema: "Policy",
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        col("name"),
        col("enabled"),
        col("exclusive"),
        col("comment"),
        one("domain", &DOMAIN_REF),
    ],
    answer: ANSWER,
    write: &[
        put("name").required(),
        put("enabled"),
        put("exclusive"),
        put("comment"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put("domain"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "enabled",
        "exclusive",
        "included_attributes__id",
        "excluded_attributes__id",
        "domain__id",
    ],
    search: &["name"],
    belongs: Belongs::Domain("domain"),
    badge: BADGE,
    ..Entity::EMPTY
};

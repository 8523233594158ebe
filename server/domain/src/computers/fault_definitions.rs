//! Fault definitions: checks that computers run.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Field, Model, col, many, one, put, put_ids, raw},
    schema::{Default, Follows, Loss, Table, bool, int_choice, key, link, long_text, text},
};

use crate::core::{
    shapes::{DOMAIN_REF, EXCLUDED, INCLUDED, OPERATOR_INFO},
    vocabulary::LANGUAGE,
};
use crate::sight;

/// `client_faultdefinition`
pub static TABLE: Table = Table {
    name: "client_faultdefinition",
    columns: &[
        text("name", 50),
        long_text("description").null(),
        bool("enabled", true),
        int_choice("language", LANGUAGE).default(Default::Int(0)),
        long_text("code").default(Default::Text("")),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    many: &[
        link(
            "included_attributes",
            "client_faultdefinition_included_attributes",
            "faultdefinition_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Leaving),
        link(
            "excluded_attributes",
            "client_faultdefinition_excluded_attributes",
            "faultdefinition_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Leaving),
        link(
            "users",
            "client_faultdefinition_users",
            "faultdefinition_id",
            "userprofile_id",
            "core_userprofile",
        )
        .losing(Loss::Told),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// What writing answers: the id of the domain.
const ANSWER: &[Field] = &[
    col("id"),
    INCLUDED,
    EXCLUDED,
    many("users", &OPERATOR_INFO),
    col("name"),
    col("description"),
    col("enabled"),
    col("language"),
    col("code"),
    raw("domain", "domain_id"),
];

/// Fault definitions.
pub static FAULT_DEFINITIONS: Entity = Entity {
    route: "fault-definitions",
    model: Model {
        app: "client",
        name: "faultdefinition",
        one: "FaultDefinition",
        many: "Fault Definitions",
    },
    table: &TABLE,
    schema: "FaultDefinition",
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        many("users", &OPERATOR_INFO),
        col("name"),
        col("description"),
        col("enabled"),
        col("language"),
        col("code"),
        one("domain", &DOMAIN_REF),
    ],
    answer: ANSWER,
    write: &[
        put("name").required(),
        put("description"),
        put("enabled"),
        put("language"),
        put("code"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put_ids("users"),
        put("domain"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "enabled",
        "language",
        "included_attributes__id",
        "excluded_attributes__id",
        "users__id",
        "domain__id",
    ],
    search: &["name"],
    visible: &[sight::attribute("included_attributes")],
    belongs: Belongs::Domain("domain"),
    ..Entity::EMPTY
};

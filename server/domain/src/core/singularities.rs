//! Singularities: exceptions to a formula for an audience.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col, label, one, put, put_ids, raw},
    schema::{Default, Loss, Table, bool, int, int_choice, key, link, long_text, text},
};

use super::{
    shapes::{DOMAIN_REF, EXCLUDED, INCLUDED, PROPERTY_NAMED},
    vocabulary::LANGUAGE,
};
use crate::sight;

/// `core_singularity`
pub static TABLE: Table = Table {
    name: "core_singularity",
    columns: &[
        text("name", 50),
        bool("enabled", true),
        key("property_att_id", "core_property"),
        int("priority"),
        int_choice("language", LANGUAGE).default(Default::Int(0)),
        long_text("code").null(),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    many: &[
        link(
            "included_attributes",
            "core_singularity_included_attributes",
            "singularity_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer),
        link(
            "excluded_attributes",
            "core_singularity_excluded_attributes",
            "singularity_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More),
    ],
    order: &["property_att__name", "-priority"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// Singularities.
pub static SINGULARITIES: Entity = Entity {
    route: "singularities",
    model: Model {
        app: "core",
        name: "singularity",
        one: "Singularity",
        many: "Singularities",
    },
    also_viewed_with: &[("core", "property")],
    table: &TABLE,
    schema: "Singularity",
    detail: &[
        col("id"),
        col("name"),
        col("enabled"),
        col("priority"),
        one("property_att", &PROPERTY_NAMED),
        label("language"),
        col("code"),
        INCLUDED,
        EXCLUDED,
        one("domain", &DOMAIN_REF),
    ],
    answer: &[
        col("id"),
        col("enabled"),
        col("name"),
        col("priority"),
        col("language"),
        col("code"),
        raw("property_att", "property_att_id"),
        INCLUDED,
        EXCLUDED,
        raw("domain", "domain_id"),
    ],
    write: &[
        put("name").required(),
        put("enabled"),
        put("priority").required(),
        put("language"),
        put("code"),
        put("property_att").required(),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put("domain"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "property_att__id",
        "property_att__prefix",
        "property_att__name+ic",
        "enabled",
        "included_attributes__id",
        "excluded_attributes__id",
        "domain__id",
    ],
    search: &["name", "property_att__name", "property_att__prefix"],
    visible: &[sight::attribute("included_attributes")],
    belongs: Belongs::Domain("domain"),
    csv: migasfree_server_entity::entity::Csv::Refused,
    ..Entity::EMPTY
};

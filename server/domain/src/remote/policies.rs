//! Policies of remote support: what operators may do on whose computers, and on what conditions.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, col, made, one, put, put_ids},
    json::Json,
    schema::{Default, Follows, Loss, Table, bool, choice, int, key, lines, link, long_text, text},
};

use super::{
    policy_rules::Rules,
    ports,
    words::{CONSENT, PROOFS, RECORDING},
};
use crate::core::shapes::{DOMAIN_REF, EXCLUDED, GROUP_REF, INCLUDED};

/// `remote_policy`
pub static TABLE: Table = Table {
    name: "remote_policy",
    columns: &[
        text("name", 50),
        bool("enabled", true),
        long_text("comment").null(),
        int("priority").default(Default::Int(100)),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
        // Without its group it would be everybody's.
        key("group_id", "auth_group").null().bound(),
        choice("consent", CONSENT).default(Default::Text("ask")),
        int("consent_seconds").default(Default::Int(30)),
        choice("recording", RECORDING).default(Default::Text("best_effort")),
        bool("terminal", true),
        bool("screen", true),
        bool("files", true),
        lines("ports").default(Default::Text(ports::USUAL)),
        bool("clipboard_in", true),
        bool("clipboard_out", true),
        bool("files_in", true),
        bool("files_out", true),
        int("max_minutes").default(Default::Int(240)),
        int("idle_minutes").default(Default::Int(30)),
        lines("days").default(Default::Text("")),
        text("from_time", 5).default(Default::Text("")),
        text("until_time", 5).default(Default::Text("")),
        bool("reason_required", true),
        bool("ticket_required", false),
        choice("proof", PROOFS).default(Default::Text("sign_in")),
    ],
    many: &[
        link(
            "included_attributes",
            "remote_policy_included_attributes",
            "policy_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Replacement),
        link(
            "excluded_attributes",
            "remote_policy_excluded_attributes",
            "policy_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Replacement),
    ],
    order: &["priority", "name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const BADGE: &[Field] = &[
    made("status", Like::Text, &[], |_, _| Json::text("policy")),
    made("summary", Like::Text, &[col("comment")], |row, _| {
        row.get("comment").as_text().into()
    }),
];

/// Policies of remote support.
pub static REMOTE_POLICIES: Entity = Entity {
    route: "remote-policies",
    model: Model {
        app: "remote",
        name: "remotepolicy",
        one: "Remote policy",
        many: "Remote policies",
    },
    table: &TABLE,
    schema: "RemotePolicy",
    detail: &[
        col("id"),
        col("name"),
        col("enabled"),
        col("comment"),
        col("priority"),
        one("domain", &DOMAIN_REF),
        one("group", &GROUP_REF),
        INCLUDED,
        EXCLUDED,
        col("consent"),
        col("consent_seconds"),
        col("recording"),
        col("terminal"),
        col("screen"),
        col("files"),
        col("ports"),
        col("clipboard_in"),
        col("clipboard_out"),
        col("files_in"),
        col("files_out"),
        col("max_minutes"),
        col("idle_minutes"),
        col("days"),
        col("from_time"),
        col("until_time"),
        col("reason_required"),
        col("ticket_required"),
        col("proof"),
    ],
    write: &[
        put("name").required(),
        put("enabled"),
        put("comment"),
        put("priority").range(1, 10_000),
        put("domain"),
        put("group"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put("consent"),
        put("consent_seconds").range(5, 600),
        put("recording"),
        put("terminal"),
        put("screen"),
        put("files"),
        put("ports"),
        put("clipboard_in"),
        put("clipboard_out"),
        put("files_in"),
        put("files_out"),
        put("max_minutes").range(1, 1_440),
        put("idle_minutes").range(1, 1_440),
        put("days"),
        put("from_time"),
        put("until_time"),
        put("reason_required"),
        put("ticket_required"),
        put("proof"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "enabled",
        "consent+in",
        "recording+in",
        "domain__id",
        "group__id",
        "included_attributes__id",
        "excluded_attributes__id",
    ],
    search: &["name", "comment"],
    belongs: Belongs::Domain("domain"),
    // Who decides what may be done to computers showed lately who they are.
    guarded: Some(&["name", "comment"]),
    badge: BADGE,
    hooks: &Rules,
    ..Entity::EMPTY
};

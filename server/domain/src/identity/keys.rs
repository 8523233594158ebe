//! Keys of computers. Computers bring them; operators decide about those that nothing vouched for.

use migasfree_server_entity::{
    access::Need,
    action::{Action, Gives},
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, Shape, Write, col, made, one, put_extra},
    json::Json,
    run,
    schema::{Choice, Default, Loss, Table, bool, choice, key, long_text, text, time},
};

use super::deciding;
use crate::core::shapes::{COMPUTER_INFO, OPERATOR_INFO, PROJECT_REF};
use crate::sight;

/// What a key is good for.
const STATE: &[Choice<&str>] = &[
    ("pending", "Pending"),
    ("active", "Active"),
    ("replaced", "Replaced"),
    ("revoked", "Revoked"),
    ("rejected", "Rejected"),
];

/// How a key came.
const ORIGIN: &[Choice<&str>] = &[
    ("token", "Enrolment token"),
    ("automatic", "Automatic"),
    ("operator", "Operator"),
    ("approval", "Approval"),
    ("moved", "Moved over"),
];

/// `client_computerkey`
pub static TABLE: Table = Table {
    name: "client_computerkey",
    columns: &[
        // Unknown computers have keys that wait.
        key("computer_id", "client_computer").null().bound(),
        key("project_id", "core_project"),
        key("token_id", "client_enrolmenttoken")
            .null()
            .losing(Loss::Told),
        text("public_key", 43),
        text("thumbprint", 43),
        choice("state", STATE).default(Default::Text("pending")),
        choice("origin", ORIGIN),
        bool("verified", false),
        time("contested_at").null(),
        text("name", 64).default(Default::Text("")),
        text("uuid", 36).default(Default::Text("")),
        text("fqdn", 255).default(Default::Text("")),
        text("ip_address", 45).default(Default::Text("")),
        text("hardware", 255).default(Default::Text("")),
        text("address", 45).default(Default::Text("")),
        time("created_at").default(Default::Now),
        time("decided_at").null(),
        key("decided_by_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
        time("last_used_at").null(),
        text("last_address", 45).default(Default::Text("")),
        long_text("turns").default(Default::Text("")).secret(),
    ],
    order: &["-created_at"],
    unique: &[&["thumbprint"]],
    ..Table::EMPTY
};

/// A token by name alone.
static TOKEN_REF: Shape = Shape {
    name: "EnrolmentTokenInfo",
    table: "client_enrolmenttoken",
    fields: &[col("id"), col("name")],
};

/// What its computer calls itself, and the beginning of the thumbprint.
const CALLED: Field = made(
    "__str__",
    Like::Text,
    &[col("name"), col("thumbprint")],
    |row, _| {
        let thumbprint = row.get("thumbprint").as_text();
        let begin = thumbprint.get(..8).unwrap_or(thumbprint);
        match row.get("name").as_text() {
            "" => Json::text(begin),
            name => format!("{name} ({begin})").into(),
        }
    },
);

const APPROVAL: &[Write] = &[
    put_extra("project", Like::Integer),
    put_extra("tags", Like::Ids),
];
const APPROVALS: &[Write] = &[
    put_extra("ids", Like::Ids).required(),
    put_extra("project", Like::Integer),
    put_extra("tags", Like::Ids),
];
const NAMED: &[Write] = &[put_extra("ids", Like::Ids).required()];
const CHANGED: Gives = Gives::Members(&[("changed", Like::Integer)]);

/// Keys of computers.
pub static COMPUTER_KEYS: Entity = Entity {
    route: "computer-keys",
    model: Model {
        app: "client",
        name: "computerkey",
        one: "Computer key",
        many: "Computer keys",
    },
    table: &TABLE,
    operations: "LR",
    schema: "ComputerKey",
    detail: &[
        col("id"),
        CALLED,
        one("computer", &COMPUTER_INFO),
        one("project", &PROJECT_REF),
        one("token", &TOKEN_REF),
        col("public_key"),
        col("thumbprint"),
        col("state"),
        col("origin"),
        col("verified"),
        col("contested_at"),
        col("name"),
        col("uuid"),
        col("fqdn"),
        col("ip_address"),
        col("hardware"),
        col("address"),
        col("created_at"),
        col("decided_at"),
        one("decided_by", &OPERATOR_INFO),
        col("last_used_at"),
        col("last_address"),
    ],
    filters: &[
        "id+in",
        "state+in",
        "origin+in",
        "verified",
        "thumbprint",
        "computer__id",
        "computer__project__id",
        "computer:null",
        "project__id",
        "token__id",
        "name+ic",
        "uuid+ic",
        "contested_at:null",
        "created_at:gte,lt",
        "decided_at:gte,lt",
        "last_used_at:gte,lt,null",
        "decided_by__id",
    ],
    search: &["name", "uuid", "thumbprint", "computer__name"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    guarded: Some(&[]),
    text: CALLED,
    actions: &[
        Action::post(
            "<id>/approve",
            Need::Change,
            "Let the computer be known by the key, and create it if nobody knows it",
            APPROVAL,
            run!(deciding::approve_one),
        )
        .giving(Gives::Row)
        .conflicting(),
        Action::post(
            "<id>/reject",
            Need::Change,
            "Refuse a key that waits",
            &[],
            run!(deciding::reject_one),
        )
        .giving(Gives::Row)
        .conflicting(),
        Action::post(
            "<id>/revoke",
            Need::Change,
            "End a key that was good: from the next request on it is not",
            &[],
            run!(deciding::revoke_one),
        )
        .giving(Gives::Row)
        .conflicting(),
        Action::post(
            "bulk-approve",
            Need::Change,
            "Approve several keys, into one project and with tags if that is said",
            APPROVALS,
            run!(deciding::approve_several),
        )
        .giving(CHANGED)
        .conflicting(),
        Action::post(
            "bulk-reject",
            Need::Change,
            "Refuse several keys that wait",
            NAMED,
            run!(deciding::reject_several),
        )
        .giving(CHANGED)
        .conflicting(),
        Action::post(
            "bulk-forget",
            Need::Change,
            "Forget several keys that wait or were rejected: whoever has one may ask again",
            NAMED,
            run!(deciding::forget_several),
        )
        .giving(CHANGED)
        .conflicting(),
    ],
    ..Entity::EMPTY
};

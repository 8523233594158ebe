//! Certificates, as operators see them.

use migasfree_server_entity::{
    access::Need,
    action::{Action, Gives},
    boundary::Belongs,
    entity::{Entity, Like, Model, col, one, put_extra},
    run,
    schema::{Choice, Loss, Table, choice, key, text, time},
};

use super::actions;
use crate::core::shapes::{COMPUTER_INFO, OPERATOR_INFO};
use crate::sight;

/// Whose certificates there are.
const KIND: &[Choice<&str>] = &[
    ("computer", "Computer"),
    ("administrator", "Administrator"),
    ("server", "Server"),
];

/// Why one was taken back.
const REASON: &[Choice<&str>] = &[
    ("unspecified", "Unspecified"),
    ("key_compromise", "Key compromised"),
    ("affiliation_changed", "Name changed"),
    ("superseded", "Superseded"),
    ("cessation_of_operation", "No longer in use"),
    ("privilege_withdrawn", "Privilege withdrawn"),
];

/// `certificate`
pub static TABLE: Table = Table {
    name: "certificate",
    columns: &[
        text("serial", 64),
        choice("kind", KIND),
        text("subject", 255),
        text("fingerprint", 64),
        key("computer_id", "client_computer")
            .null()
            .losing(Loss::Told),
        key("account_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
        time("not_before"),
        time("not_after"),
        time("renewed_at").null(),
        time("revoked_at").null(),
        choice("reason", REASON).null(),
    ],
    order: &["-not_before"],
    unique: &[&["serial"]],
    ..Table::EMPTY
};

/// What is answered where one is given.
const GIVEN: Gives = Gives::Members(&[
    ("id", Like::Integer),
    ("serial", Like::Text),
    ("not_after", Like::Text),
    ("certificate", Like::Text),
    ("chain", Like::Text),
    ("key", Like::Note),
    ("p12", Like::Note),
]);

/// Certificates. They are given and taken back, and never changed.
pub static CERTIFICATES: Entity = Entity {
    route: "certificates",
    model: Model {
        app: "core",
        name: "certificate",
        one: "Certificate",
        many: "Certificates",
    },
    table: &TABLE,
    operations: "LR",
    schema: "Certificate",
    detail: &[
        col("id"),
        col("serial"),
        col("kind"),
        col("subject"),
        col("fingerprint"),
        one("computer", &COMPUTER_INFO),
        one("account", &OPERATOR_INFO),
        col("not_before"),
        col("not_after"),
        col("renewed_at"),
        col("revoked_at"),
        col("reason"),
    ],
    filters: &[
        "id+in",
        "kind+in",
        "serial",
        "subject+ic",
        "computer__id",
        "computer__name+ic",
        "computer__project__id",
        "account__id",
        "not_before:gte,lt",
        "not_after:gte,lt",
        "renewed_at:null",
        "revoked_at:null,gte,lt",
        "reason+in",
    ],
    search: &["serial", "subject", "fingerprint"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    guarded: Some(&[]),
    text: col("subject"),
    actions: &[
        Action::post(
            "issue",
            Need::Add,
            "Give a certificate to a computer or to an account; with its key where no request is sent",
            &[
                put_extra("computer", Like::Key),
                put_extra("account", Like::Key),
                put_extra("csr", Like::Text),
                put_extra("password", Like::Text),
            ],
            run!(actions::issue),
        )
        .giving(GIVEN)
        .conflicting(),
        Action::post(
            "<id>/revoke",
            Need::Change,
            "Take a certificate back",
            &[put_extra("reason", Like::Text)],
            run!(actions::revoke),
        )
        .giving(Gives::Row)
        .conflicting(),
    ],
    ..Entity::EMPTY
};

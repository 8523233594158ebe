//! People and programs that use the server.
mod access;

pub use access::PasswordCard;

use super::{DOMAINS, FAULT_DEFINITIONS, GROUPS, REMOTE_SESSIONS};
use crate::{
    api::session,
    entity::{
        Cell, Entity, ObjectTab, Relation, Section, Sheet, Switch, told::CORE_USERPROFILE as TOLD,
        value,
    },
    text::label,
};
use serde_json::json;

pub static USERS: Entity = Entity {
    path: "users",
    icon: icondata::LuUsers,
    plural: label!(user.plural),
    singular: label!(user.singular),
    create: Some(label!(user.create)),
    text: &["username"],
    ..TOLD.entity()
};

pub static USERS_SHEET: Sheet = Sheet {
    about: label!(user.about),
    columns: &[
        TOLD.column("username", label!(user.username), Cell::Name),
        TOLD.column("first_name", label!(user.first_name), Cell::Text),
        TOLD.column("last_name", label!(user.last_name), Cell::Text),
        TOLD.column("email", label!(user.email), Cell::Text)
            .hidden(),
        TOLD.column(
            "is_active",
            label!(common.state),
            Cell::State(access::state),
        ),
        TOLD.column("is_superuser", label!(user.superuser), Cell::Flag),
        TOLD.column("last_login", label!(user.last_login), Cell::When),
        TOLD.column("date_joined", label!(common.created), Cell::When)
            .hidden(),
    ],
    filters: &[
        TOLD.filter("is_active", label!(user.active)),
        TOLD.filter("is_superuser", label!(user.superuser)),
        TOLD.filter("is_staff", label!(user.staff)),
        TOLD.by("domains__id", label!(domain.singular), &DOMAINS)
            .linked(),
    ],
    keeps: |user| value::id(user) == session::user().id,
    form: &[
        Section {
            title: label!(user.section_person),
            help: None,
            fields: &[
                TOLD.field("username", label!(user.username)),
                TOLD.field("first_name", label!(user.first_name)),
                TOLD.field("last_name", label!(user.last_name)),
                TOLD.field("email", label!(user.email)),
            ],
        },
        Section {
            title: label!(user.section_rights),
            help: None,
            fields: &[
                TOLD.field("is_active", label!(user.active))
                    .help(label!(user.active_help)),
                TOLD.field("is_staff", label!(user.staff))
                    .help(label!(user.staff_help))
                    .initially(|| json!(true)),
                TOLD.field("is_superuser", label!(user.superuser))
                    .help(label!(user.superuser_help)),
                TOLD.many("groups", label!(group.plural), &GROUPS)
                    .help(label!(user.groups_help)),
            ],
        },
    ],
    switch: Some(Switch {
        member: "is_active",
        on: label!(user.activate),
        off: label!(user.deactivate),
    }),
    new_note: Some(label!(user.new_note)),
    lacks: Some("access"),
    relations: &[
        Relation::new(&FAULT_DEFINITIONS, "users__id"),
        Relation::new(&REMOTE_SESSIONS, "operator__id"),
    ],
    tabs: &[ObjectTab::new("access", label!(user.access), access::tab).of(access::is_given)],
    ..TOLD.sheet()
};

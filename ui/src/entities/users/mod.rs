//! People and programs that use the server.
mod access;

pub use access::PasswordCard;

use super::{DOMAINS, FAULT_DEFINITIONS, GROUPS};
use crate::{
    api::session,
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, ObjectTab,
        Relation, SHEET, Section, Sheet, Switch, value,
    },
    text::label,
};
use serde_json::json;

pub static USERS: Entity = Entity {
    path: "users",
    api: "user-profiles/",
    model: "core.userprofile",
    icon: icondata::LuUsers,
    plural: label!(user.plural),
    singular: label!(user.singular),
    create: Some(label!(user.create)),
    text: &["username"],
    belongs: Belongs::Domains,
    ..ENTITY
};

pub static USERS_SHEET: Sheet = Sheet {
    about: label!(user.about),
    columns: &[
        Column::new("username", label!(user.username), Cell::Name),
        Column::new("first_name", label!(user.first_name), Cell::Text),
        Column::new("last_name", label!(user.last_name), Cell::Text),
        Column::new("email", label!(user.email), Cell::Text).hidden(),
        Column::new(
            "is_active",
            label!(common.state),
            Cell::State(access::state),
        ),
        Column::new("is_superuser", label!(user.superuser), Cell::Flag),
        Column::new("last_login", label!(user.last_login), Cell::When),
        Column::new("date_joined", label!(common.created), Cell::When).hidden(),
    ],
    filters: &[
        Filter::new("is_active", label!(user.active), FilterKind::Flag),
        Filter::new("is_superuser", label!(user.superuser), FilterKind::Flag),
        Filter::new("is_staff", label!(user.staff), FilterKind::Flag),
        Filter::new(
            "domains__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        )
        .linked(),
    ],
    ordering: "username",
    keeps: |user| value::id(user) == session::user().id,
    form: &[
        Section {
            title: label!(user.section_person),
            help: None,
            fields: &[
                Field::new("username", label!(user.username), Kind::Text).required(),
                Field::new("first_name", label!(user.first_name), Kind::Text),
                Field::new("last_name", label!(user.last_name), Kind::Text),
                Field::new("email", label!(user.email), Kind::Email),
            ],
        },
        Section {
            title: label!(user.section_rights),
            help: None,
            fields: &[
                Field::new("is_active", label!(user.active), Kind::Flag)
                    .help(label!(user.active_help))
                    .initially(|| json!(true)),
                Field::new("is_staff", label!(user.staff), Kind::Flag)
                    .help(label!(user.staff_help))
                    .initially(|| json!(true)),
                Field::new("is_superuser", label!(user.superuser), Kind::Flag)
                    .help(label!(user.superuser_help)),
                Field::new(
                    "groups",
                    label!(group.plural),
                    Kind::Many {
                        entity: &GROUPS,
                        filter: |_| String::new(),
                    },
                )
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
    relations: &[Relation::new(&FAULT_DEFINITIONS, "users__id")],
    tabs: &[ObjectTab::new("access", label!(user.access), access::tab).of(access::is_given)],
    ..SHEET
};

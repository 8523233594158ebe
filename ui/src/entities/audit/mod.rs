//! Who changed what.
mod changes;
mod verification;

pub use changes::{Change, author, done, told};

use crate::{
    entity::{Cell, Column, Entity, Sheet, told::AUDIT_RECORD as TOLD},
    text::label,
};

pub static AUDIT: Entity = Entity {
    path: "audit",
    icon: icondata::LuScrollText,
    plural: label!(audit.plural),
    singular: label!(audit.singular),
    text: &["object_text"],
    page: false,
    ..TOLD.entity()
};

pub static AUDIT_SHEET: Sheet = Sheet {
    about: label!(audit.about),
    columns: &[
        Column::new(
            "object_text",
            label!(audit.object),
            Cell::Own(changes::object_cell),
        )
        .unsorted(),
        Column::new(
            "action",
            label!(audit.action),
            Cell::Own(changes::action_cell),
        )
        .unsorted(),
        Column::new(
            "username",
            label!(audit.who),
            Cell::Own(changes::author_cell),
        )
        .unsorted(),
        TOLD.column("created_at", label!(audit.when), Cell::When),
        TOLD.column(
            "changes",
            label!(audit.changes),
            Cell::Own(changes::changes_cell),
        ),
        Column::new("address", label!(audit.address), Cell::Mono)
            .hidden()
            .unsorted(),
    ],
    filters: &[
        TOLD.among("entity", label!(audit.kind), changes::kinds)
            .several(),
        TOLD.among("action", label!(audit.action), changes::actions)
            .several(),
        TOLD.filter("username", label!(audit.who)),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    tools: Some(verification::tools),
    export: false,
    ..TOLD.sheet()
};

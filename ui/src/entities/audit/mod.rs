//! Who changed what.
mod changes;

pub use changes::{Change, author, done};

use crate::{
    entity::{Cell, Choices, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet},
    text::label,
};

pub static AUDIT: Entity = Entity {
    path: "audit",
    api: "audit/",
    model: "audit.record",
    icon: icondata::LuScrollText,
    plural: label!(audit.plural),
    singular: label!(audit.singular),
    text: &["object_text"],
    page: false,
    ..ENTITY
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
        Column::new("created_at", label!(audit.when), Cell::When),
        Column::new(
            "changes",
            label!(audit.changes),
            Cell::Own(changes::changes_cell),
        )
        .unsorted(),
        Column::new("address", label!(audit.address), Cell::Mono)
            .hidden()
            .unsorted(),
    ],
    filters: &[
        Filter::new(
            "entity",
            label!(audit.kind),
            FilterKind::Choices(Choices::Own(changes::kinds)),
        )
        .several(),
        Filter::new(
            "action",
            label!(audit.action),
            FilterKind::Choices(Choices::Own(changes::actions)),
        )
        .several(),
        Filter::new("username", label!(audit.who), FilterKind::Text),
        Filter::new("created_at__gte", label!(common.since), FilterKind::Since),
        Filter::new("created_at__lt", label!(common.before), FilterKind::Before),
    ],
    ordering: "-created_at",
    export: false,
    delete: false,
    ..SHEET
};

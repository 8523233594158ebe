//! What computers were told to do, and what came of it.
mod executions;
mod page;

pub use executions::{EXECUTIONS, EXECUTIONS_SHEET};

use super::{COMPUTERS, USERS};
use crate::{
    acting::{states, verb_choices},
    entity::{
        Cell, Choices, Column, Entity, ObjectTab, Relation, Sheet, told::REMOTE_ACTION as TOLD,
    },
    text::label,
};

pub static ACTIONS: Entity = Entity {
    path: "actions",
    icon: icondata::LuZap,
    plural: label!(action.plural),
    singular: label!(action.singular),
    text: &["__str__"],
    ..TOLD.entity()
};

pub static ACTIONS_SHEET: Sheet = Sheet {
    about: label!(action.about),
    columns: &[
        TOLD.column("created_at", label!(audit.when), Cell::When),
        Column::new("__str__", label!(action.singular), Cell::Name).unsorted(),
        TOLD.column(
            "verb",
            label!(action.verb),
            Cell::Choice(Choices::Own(verb_choices)),
        ),
        TOLD.column("computers", label!(computer.plural), Cell::Number),
        TOLD.column("states", label!(common.state), Cell::Own(page::progress)),
        TOLD.column("operator_name", label!(remote_session.operator), Cell::Text),
        TOLD.column("reason", label!(action.reason), Cell::Fold),
        TOLD.column("starts_at", label!(action.starts), Cell::When)
            .hidden(),
        TOLD.column("expires_at", label!(action.expires), Cell::When)
            .hidden(),
        TOLD.column("address", label!(remote_session.address), Cell::Mono)
            .hidden(),
    ],
    filters: &[
        TOLD.among("verb", label!(action.verb), verb_choices)
            .several(),
        TOLD.among("executions__state", label!(common.state), states)
            .several(),
        TOLD.by(
            "executions__computer__id",
            label!(computer.singular),
            &COMPUTERS,
        ),
        TOLD.by("operator__id", label!(remote_session.operator), &USERS)
            .linked(),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    actions: Some(page::actions),
    relations: &[Relation::new(&EXECUTIONS, "action__id")],
    tabs: &[
        ObjectTab::new("executions", label!(execution.plural), page::executions)
            .needing(&EXECUTIONS),
    ],
    ordering: "-created_at",
    ..TOLD.sheet()
};

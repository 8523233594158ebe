//! An action on one computer.
use crate::{
    acting::{Output, state, states, verb_choices},
    api::Query,
    entities::{ACTIONS, COMPUTERS, PROJECTS},
    entity::{Cell, Choices, Column, Entity, ObjectTab, Sheet, told::REMOTE_EXECUTION as TOLD},
    text::label,
};
use leptos::prelude::*;
use serde_json::Value;

pub static EXECUTIONS: Entity = Entity {
    path: "executions",
    icon: icondata::LuListChecks,
    plural: label!(execution.plural),
    singular: label!(execution.singular),
    text: &["__str__"],
    ..TOLD.entity()
};

pub static EXECUTIONS_SHEET: Sheet = Sheet {
    about: label!(execution.about),
    columns: &[
        TOLD.column("created_at", label!(audit.when), Cell::When),
        Column::new("__str__", label!(execution.singular), Cell::Name).unsorted(),
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        TOLD.column(
            "verb",
            label!(action.verb),
            Cell::Choice(Choices::Own(verb_choices)),
        ),
        TOLD.column("state", label!(common.state), Cell::State(state)),
        Column::new(
            "action.operator_name",
            label!(remote_session.operator),
            Cell::Text,
        )
        .unsorted(),
        TOLD.column("exit_code", label!(execution.exit_code), Cell::Mono),
        TOLD.column("started_at", label!(execution.started), Cell::When)
            .hidden(),
        TOLD.column("finished_at", label!(execution.finished), Cell::When)
            .hidden(),
        Column::new("carrier", label!(execution.carrier), Cell::Link(&COMPUTERS))
            .unsorted()
            .hidden(),
    ],
    filters: &[
        TOLD.among("state", label!(common.state), states).several(),
        TOLD.among("action__verb", label!(action.verb), verb_choices)
            .several(),
        TOLD.by("action__id", label!(action.singular), &ACTIONS)
            .linked(),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("computer__project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    tabs: &[ObjectTab::new("output", label!(execution.output), output)],
    ordering: "-created_at",
    ..TOLD.sheet()
};

fn output(id: i64, _: Query<Value>) -> AnyView {
    view! { <Output id /> }.into_any()
}

//! Who helped on which computer, with what and why.
mod ending;
mod events;

use super::{COMPUTERS, PROJECTS, USERS};
use crate::{
    api::session,
    entity::{
        Cell, Choices, Column, Entity, ObjectTab, Sheet, told::REMOTE_REMOTESESSION as TOLD, value,
    },
    remote,
    text::{label, t},
};
use migasfree_ui_kit::{Choice, Tone};
use serde_json::Value;

pub static REMOTE_SESSIONS: Entity = Entity {
    path: "remote-sessions",
    icon: icondata::LuHeadset,
    plural: label!(remote_session.plural),
    singular: label!(remote_session.singular),
    text: &["__str__"],
    ..TOLD.entity()
};

pub static REMOTE_SESSIONS_SHEET: Sheet = Sheet {
    about: label!(remote_session.about),
    columns: &[
        TOLD.column("created_at", label!(audit.when), Cell::When),
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        TOLD.column("operator_name", label!(remote_session.operator), Cell::Text),
        TOLD.column(
            "service",
            label!(remote_session.service),
            Cell::Choice(Choices::Own(services)),
        ),
        TOLD.column("state", label!(common.state), Cell::State(state)),
        TOLD.column("reason", label!(remote_session.reason), Cell::Fold),
        TOLD.column("ticket", label!(remote_session.ticket), Cell::Text),
        TOLD.column("recorded", label!(remote_session.recorded), Cell::Flag)
            .hidden(),
        TOLD.column("address", label!(remote_session.address), Cell::Mono)
            .hidden(),
        TOLD.column("ended_at", label!(remote_session.ended), Cell::When)
            .hidden(),
    ],
    actions: Some(ending::actions),
    happened: Some(events::card),
    tabs: &[
        ObjectTab::new("recording", label!(playback.title), remote::recording).of(is_terminal),
        ObjectTab::new("film", label!(remote.film), remote::film_tab).of(is_film),
    ],
    filters: &[
        TOLD.among("state", label!(common.state), states).several(),
        TOLD.among("service", label!(remote_session.service), services)
            .several(),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS)
            .linked(),
        TOLD.by("operator__id", label!(remote_session.operator), &USERS)
            .linked(),
        TOLD.by("computer__project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("ticket__icontains", label!(remote_session.ticket)),
        TOLD.filter("recorded", label!(remote_session.recorded)),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    ordering: "-created_at",
    ..TOLD.sheet()
};

/// Terminals are recorded, too, and played elsewhere.
fn is_film(row: &Value) -> bool {
    row["service"] == "screen"
        && row["recorded"] == true
        && session::may("play", "remote.recordings")
}

/// What terminals showed is recorded as text.
fn is_terminal(row: &Value) -> bool {
    value::text(row, "service") == "terminal"
}

/// Whether it can be ended.
fn is_live(row: &Value) -> bool {
    let live = ["requested", "asking", "active", "detached"];
    live.contains(&value::text(row, "state").as_str())
}

/// What is done on a computer, in words.
pub fn service(service: &str) -> String {
    let known = services().into_iter().find(|known| known.value == service);
    known.map_or_else(|| service.to_owned(), |known| known.label)
}

/// What is done on computers.
fn services() -> Vec<Choice> {
    vec![
        Choice::new("terminal", t!(remote_policy.terminal)),
        Choice::new("screen", t!(remote_policy.screen)),
        Choice::new("files", t!(remote_policy.files)),
        Choice::new("port", t!(remote_session.port)),
        Choice::new("action", t!(remote_session.action)),
    ]
}

fn states() -> Vec<Choice> {
    ["requested", "asking", "active", "detached", "ended"]
        .map(|state| Choice::new(state, words(state).1))
        .to_vec()
}

/// How far it is.
pub fn state(row: &Value) -> (Tone, &'static str) {
    words(&value::text(row, "state"))
}

fn words(state: &str) -> (Tone, &'static str) {
    match state {
        "active" => (Tone::Success, t!(remote_session.active)),
        "detached" => (Tone::Warning, t!(remote_session.detached)),
        "asking" => (Tone::Info, t!(remote_session.asking)),
        "requested" => (Tone::Neutral, t!(remote_session.requested)),
        _ => (Tone::Neutral, t!(remote_session.over)),
    }
}

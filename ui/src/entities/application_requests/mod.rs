//! What people ask in Play to be allowed to install.
mod decision;

use decision::{decision_cell, state, states};

use super::{APPLICATIONS, COMPUTERS, PROJECTS, USERS};
use crate::{
    entity::{Cell, Column, Entity, Sheet, told::APP_CATALOG_APPLICATIONREQUEST as TOLD},
    text::label,
};

pub static APPLICATION_REQUESTS: Entity = Entity {
    path: "application-requests",
    icon: icondata::LuInbox,
    plural: label!(application_request.plural),
    singular: label!(application_request.singular),
    text: &["application.name"],
    page: false,
    narrowed: Some(("state", "pending")),
    ..TOLD.entity()
};

pub static APPLICATION_REQUESTS_SHEET: Sheet = Sheet {
    about: label!(application_request.about),
    columns: &[
        Column::new(
            "application",
            label!(application.singular),
            Cell::Link(&APPLICATIONS),
        )
        .unsorted(),
        TOLD.column("person", label!(application_request.person), Cell::Text),
        Column::new(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        )
        .unsorted(),
        Column::new(
            "justification",
            label!(application_request.justification),
            Cell::Fold,
        )
        .unsorted(),
        TOLD.column("created_at", label!(audit.when), Cell::When),
        TOLD.column("state", label!(common.state), Cell::State(state)),
        Column::new(
            "decision",
            label!(application_request.decision),
            Cell::Own(decision_cell),
        )
        .unsorted(),
        Column::new("comment", label!(common.comment), Cell::Fold)
            .unsorted()
            .hidden(),
        Column::new(
            "decided_by",
            label!(application_request.decided_by),
            Cell::Link(&USERS),
        )
        .unsorted()
        .hidden(),
        TOLD.column(
            "decided_at",
            label!(application_request.decided_at),
            Cell::When,
        )
        .hidden(),
    ],
    filters: &[
        TOLD.among("state", label!(common.state), states).several(),
        TOLD.by(
            "application__id",
            label!(application.singular),
            &APPLICATIONS,
        ),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("computer__project__id", label!(project.singular), &PROJECTS),
        TOLD.filter("person__icontains", label!(application_request.person)),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    ..TOLD.sheet()
};

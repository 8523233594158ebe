//! What people ask in Play to be allowed to install.
mod decision;

use decision::{decision_cell, state, states};

use super::{APPLICATIONS, COMPUTERS, PROJECTS, USERS};
use crate::{
    entity::{Cell, Choices, Column, ENTITY, Entity, Filter, FilterKind, SHEET, Sheet},
    text::label,
};

pub static APPLICATION_REQUESTS: Entity = Entity {
    path: "application-requests",
    api: "application-requests/",
    model: "app_catalog.applicationrequest",
    icon: icondata::LuInbox,
    plural: label!(application_request.plural),
    singular: label!(application_request.singular),
    text: &["application.name"],
    page: false,
    ..ENTITY
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
        Column::new("person", label!(application_request.person), Cell::Text),
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
        Column::new("created_at", label!(audit.when), Cell::When),
        Column::new("state", label!(common.state), Cell::State(state)),
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
        Column::new(
            "decided_at",
            label!(application_request.decided_at),
            Cell::When,
        )
        .hidden(),
    ],
    filters: &[
        Filter::new(
            "state",
            label!(common.state),
            FilterKind::Choices(Choices::Own(states)),
        )
        .several(),
        Filter::new(
            "application__id",
            label!(application.singular),
            FilterKind::Object(&APPLICATIONS),
        ),
        Filter::new(
            "computer__id",
            label!(computer.singular),
            FilterKind::Object(&COMPUTERS),
        ),
        Filter::new(
            "computer__project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new(
            "person__icontains",
            label!(application_request.person),
            FilterKind::Text,
        ),
        Filter::new("created_at__gte", label!(common.since), FilterKind::Since),
        Filter::new("created_at__lt", label!(common.before), FilterKind::Before),
    ],
    narrowed: Some(("state", "pending")),
    ordering: "-created_at",
    delete: false,
    ..SHEET
};

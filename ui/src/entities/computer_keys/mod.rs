//! Keys of computers, those first that wait for somebody to decide.
mod bulk;
mod card;
mod cells;
mod deciding;
mod revoking;

pub use card::identity_card;

use super::{COMPUTERS, ENROLMENT_TOKENS, PROJECTS, USERS};
use crate::{
    entity::{Cell, Column, Entity, Sheet, told::CLIENT_COMPUTERKEY as TOLD},
    text::label,
};

pub static COMPUTER_KEYS: Entity = Entity {
    path: "computer-keys",
    icon: icondata::LuKeySquare,
    plural: label!(computer_key.plural),
    singular: label!(computer_key.singular),
    text: &["__str__"],
    narrowed: Some(("state", cells::PENDING)),
    ..TOLD.entity()
};

pub static COMPUTER_KEYS_SHEET: Sheet = Sheet {
    about: label!(computer_key.about),
    columns: &[
        Column::new("name", label!(computer_key.name), Cell::Own(cells::name)),
        TOLD.column("state", label!(common.state), Cell::State(cells::state)),
        Column::new(
            "thumbprint",
            label!(computer_key.fingerprint),
            Cell::Own(cells::fingerprint),
        )
        .unsorted()
        .whole(card::fingerprint),
        Column::new(
            "computer",
            label!(computer_key.claims),
            Cell::Own(cells::claims),
        )
        .unsorted(),
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
        TOLD.column("address", label!(computer_key.address), Cell::Mono),
        TOLD.column("hardware", label!(computer.hardware), Cell::Text),
        TOLD.column("created_at", label!(computer_key.since), Cell::When),
        Column::new(
            "decision",
            label!(computer_key.decision),
            Cell::Own(cells::decision),
        )
        .unsorted(),
        TOLD.column("uuid", label!(computer.uuid), Cell::Mono)
            .hidden(),
        TOLD.column("fqdn", label!(computer.fqdn), Cell::Mono)
            .hidden(),
        TOLD.column("ip_address", label!(computer.ip), Cell::Mono)
            .hidden(),
        TOLD.column(
            "origin",
            label!(computer_key.origin),
            Cell::Own(cells::origin),
        )
        .hidden(),
        TOLD.column(
            "token",
            label!(enrolment_token.singular),
            Cell::Link(&ENROLMENT_TOKENS),
        )
        .hidden(),
        TOLD.column("verified", label!(computer_key.verified), Cell::Flag)
            .hidden(),
        TOLD.column("last_used_at", label!(computer_key.last_used), Cell::When)
            .hidden(),
        TOLD.column("decided_at", label!(computer_key.decided_at), Cell::When)
            .hidden(),
        TOLD.column(
            "decided_by",
            label!(computer_key.decided_by),
            Cell::Link(&USERS),
        )
        .hidden(),
    ],
    filters: &[
        TOLD.among("state", label!(common.state), cells::states)
            .several(),
        TOLD.among("origin", label!(computer_key.origin), cells::origins)
            .several(),
        TOLD.filter("contested_at__isnull", label!(computer_key.contested)),
        TOLD.filter("verified", label!(computer_key.verified)),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.by(
            "token__id",
            label!(enrolment_token.singular),
            &ENROLMENT_TOKENS,
        ),
        TOLD.filter("name__icontains", label!(computer_key.name)),
        TOLD.filter("uuid__icontains", label!(computer.uuid)),
        TOLD.filter("created_at__gte", label!(common.since)),
        TOLD.filter("created_at__lt", label!(common.before)),
    ],
    bulk: Some(bulk::actions),
    matching: false,
    actions: Some(revoking::actions),
    subtitle: cells::subtitle,
    ..TOLD.sheet()
};

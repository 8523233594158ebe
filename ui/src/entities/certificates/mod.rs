//! What the authority of this server gave to computers and people.
mod cells;
mod issuing;
mod revoking;

use super::{COMPUTERS, USERS};
use crate::{
    entity::{Cell, Column, Entity, Sheet, told::CORE_CERTIFICATE as TOLD},
    text::label,
};

pub static CERTIFICATES: Entity = Entity {
    path: "certificates",
    icon: icondata::LuFileBadge,
    plural: label!(certificate.plural),
    singular: label!(certificate.singular),
    text: &["subject"],
    ..TOLD.entity()
};

pub static CERTIFICATES_SHEET: Sheet = Sheet {
    about: label!(certificate.about),
    columns: &[
        TOLD.column("subject", label!(certificate.subject), Cell::Name),
        Column::new("state", label!(common.state), Cell::State(cells::state)).unsorted(),
        Column::new("kind", label!(certificate.kind), Cell::Own(cells::kind)),
        TOLD.column(
            "computer",
            label!(computer.singular),
            Cell::Link(&COMPUTERS),
        ),
        TOLD.column("account", label!(user.singular), Cell::Link(&USERS)),
        Column::new(
            "not_after",
            label!(certificate.until),
            Cell::Own(cells::until),
        ),
        TOLD.column("not_before", label!(certificate.since), Cell::When),
        TOLD.column("serial", label!(certificate.serial), Cell::Mono)
            .hidden(),
        TOLD.column("fingerprint", label!(computer_key.fingerprint), Cell::Mono)
            .hidden(),
        TOLD.column("renewed_at", label!(certificate.renewed_at), Cell::When)
            .hidden(),
        TOLD.column("revoked_at", label!(certificate.revoked_at), Cell::When)
            .hidden(),
        Column::new(
            "reason",
            label!(certificate.reason),
            Cell::Own(cells::reason),
        )
        .hidden(),
    ],
    filters: &[
        TOLD.among("kind", label!(certificate.kind), cells::kinds)
            .several(),
        TOLD.by("computer__id", label!(computer.singular), &COMPUTERS),
        TOLD.by("account__id", label!(user.singular), &USERS),
        TOLD.filter("subject__icontains", label!(certificate.subject)),
        TOLD.filter("not_after__gte", label!(certificate.ends_since)),
        TOLD.filter("not_after__lt", label!(certificate.ends_before)),
        TOLD.filter("revoked_at__isnull", label!(certificate.revoked)),
        TOLD.filter("renewed_at__isnull", label!(certificate.renewed)),
        TOLD.among("reason", label!(certificate.reason), cells::reasons)
            .several(),
    ],
    tools: Some(issuing::tools),
    actions: Some(revoking::actions),
    ordering: "not_after",
    ..TOLD.sheet()
};

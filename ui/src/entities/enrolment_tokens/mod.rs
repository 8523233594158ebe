//! What computers enrol with, without anybody waiting for them.
mod state;
mod telling;

use super::{DOMAINS, PROJECTS, TAGS, USERS};
use crate::{
    entity::{Cell, Column, Entity, Section, Sheet, told::CLIENT_ENROLMENTTOKEN as TOLD},
    text::label,
};

pub static ENROLMENT_TOKENS: Entity = Entity {
    path: "enrolment-tokens",
    icon: icondata::LuTicket,
    plural: label!(enrolment_token.plural),
    singular: label!(enrolment_token.singular),
    create: Some(label!(enrolment_token.create)),
    needs: &[&PROJECTS],
    ..TOLD.entity()
};

pub static ENROLMENT_TOKENS_SHEET: Sheet = Sheet {
    about: label!(enrolment_token.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        Column::new("state", label!(common.state), Cell::State(state::state)).unsorted(),
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
        Column::new("uses", label!(enrolment_token.uses), Cell::Own(state::uses)),
        TOLD.column("expires_at", label!(enrolment_token.expires), Cell::When),
        TOLD.column(
            "auto_approve",
            label!(enrolment_token.auto_approve),
            Cell::Flag,
        )
        .hidden(),
        TOLD.column("domain", label!(domain.singular), Cell::Link(&DOMAINS))
            .hidden(),
        TOLD.column(
            "created_by",
            label!(enrolment_token.created_by),
            Cell::Link(&USERS),
        )
        .hidden(),
        TOLD.column("created_at", label!(common.created), Cell::When)
            .hidden(),
    ],
    filters: &[
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        TOLD.by("tags__id", label!(tag.singular), &TAGS).several(),
        TOLD.filter("revoked_at__isnull", label!(enrolment_token.revoked)),
        TOLD.filter("expires_at__gte", label!(enrolment_token.expires_since)),
        TOLD.filter("expires_at__lt", label!(enrolment_token.expires_before)),
    ],
    form: &[
        Section {
            title: label!(enrolment_token.section_computers),
            help: None,
            fields: &[
                TOLD.field("name", label!(common.name))
                    .prompt(label!(enrolment_token.name_help)),
                TOLD.one("project", label!(project.singular), &PROJECTS),
                TOLD.many("tags", label!(tag.plural), &TAGS)
                    .help(label!(enrolment_token.tags_help)),
                TOLD.one("domain", label!(domain.singular), &DOMAINS)
                    .help(label!(enrolment_token.domain_help)),
                TOLD.field("description", label!(common.description)),
            ],
        },
        Section {
            title: label!(enrolment_token.section_limits),
            help: None,
            fields: &[
                TOLD.field("expires_at", label!(enrolment_token.expires))
                    .initially(state::in_a_month),
                TOLD.field("max_uses", label!(enrolment_token.max_uses))
                    .prompt(label!(enrolment_token.max_uses_help)),
                TOLD.field("networks", label!(enrolment_token.networks))
                    .prompt(label!(enrolment_token.networks_help)),
                TOLD.field("auto_approve", label!(enrolment_token.auto_approve))
                    .help(label!(enrolment_token.auto_approve_help)),
            ],
        },
    ],
    told_once: Some(telling::told_once),
    actions: Some(telling::actions),
    ..TOLD.sheet()
};

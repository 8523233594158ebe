//! What operators may do on whose computers, and on what conditions.
use super::{DOMAIN, DOMAINS, GROUPS, attributes};
use crate::{
    entity::{
        Cell, Choices, Column, Entity, SECTION, Section, Sheet, Switch, cell,
        told::REMOTE_REMOTEPOLICY as TOLD,
    },
    text::{label, t},
};
use migasfree_ui_kit::Choice;

pub static REMOTE_POLICIES: Entity = Entity {
    path: "remote-policies",
    icon: icondata::LuShieldCheck,
    plural: label!(remote_policy.plural),
    singular: label!(remote_policy.singular),
    create: Some(label!(remote_policy.create)),
    ..TOLD.entity()
};

pub static REMOTE_POLICIES_SHEET: Sheet = Sheet {
    about: label!(remote_policy.about),
    columns: &[
        TOLD.column("priority", label!(policy.priority), Cell::Number),
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        TOLD.column(
            "consent",
            label!(remote_policy.consent),
            Cell::Choice(Choices::Own(consents)),
        ),
        TOLD.column("group", label!(group.singular), Cell::Link(&GROUPS))
            .hidden(),
        TOLD.column("domain", label!(domain.singular), Cell::Link(&DOMAINS))
            .hidden(),
        Column::new("comment", label!(common.comment), Cell::Text).unsorted(),
    ],
    filters: &[
        TOLD.filter("enabled", label!(common.enabled)),
        TOLD.among("consent", label!(remote_policy.consent), consents)
            .several(),
        TOLD.among("recording", label!(remote_policy.recording), recordings)
            .several(),
        TOLD.by("group__id", label!(group.singular), &GROUPS),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        attributes::by_included(&TOLD).linked(),
        attributes::by_excluded(&TOLD).linked(),
    ],
    form: &[
        Section {
            fields: &[
                TOLD.field("name", label!(common.name)),
                TOLD.field("enabled", label!(common.enabled)),
                TOLD.field("priority", label!(policy.priority))
                    .help(label!(remote_policy.priority_help)),
                DOMAIN,
                TOLD.field("comment", label!(common.comment)),
            ],
            ..SECTION
        },
        Section {
            title: label!(deployment.section_whom),
            help: Some(label!(remote_policy.whom_help)),
            fields: &[
                attributes::included(&TOLD),
                attributes::excluded(&TOLD),
                TOLD.one("group", label!(group.singular), &GROUPS)
                    .help(label!(remote_policy.group_help)),
            ],
        },
        Section {
            title: label!(remote_policy.section_person),
            help: None,
            fields: &[
                TOLD.choice("consent", label!(remote_policy.consent), consents),
                TOLD.field("consent_seconds", label!(remote_policy.consent_seconds))
                    .help(label!(remote_policy.consent_seconds_help)),
                TOLD.choice("recording", label!(remote_policy.recording), recordings),
            ],
        },
        Section {
            title: label!(remote_policy.section_what),
            help: None,
            fields: &[
                TOLD.field("terminal", label!(remote_policy.terminal)),
                TOLD.field("screen", label!(remote_policy.screen)),
                TOLD.field("files", label!(remote_policy.files)),
                TOLD.field("files_in", label!(remote_policy.files_in)),
                TOLD.field("files_out", label!(remote_policy.files_out)),
                TOLD.field("clipboard_in", label!(remote_policy.clipboard_in)),
                TOLD.field("clipboard_out", label!(remote_policy.clipboard_out)),
                TOLD.field("ports", label!(remote_policy.ports))
                    .help(label!(remote_policy.ports_help)),
            ],
        },
        Section {
            title: label!(remote_policy.section_operator),
            help: None,
            fields: &[
                TOLD.field("reason_required", label!(remote_policy.reason_required)),
                TOLD.field("ticket_required", label!(remote_policy.ticket_required)),
                TOLD.choice("proof", label!(remote_policy.proof), proofs)
                    .help(label!(remote_policy.proof_help)),
                TOLD.field("max_minutes", label!(remote_policy.max_minutes)),
                TOLD.field("idle_minutes", label!(remote_policy.idle_minutes)),
                TOLD.field("days", label!(remote_policy.days))
                    .prompt(label!(remote_policy.days_help)),
                TOLD.field("from_time", label!(remote_policy.from_time))
                    .prompt(label!(remote_policy.time_help)),
                TOLD.field("until_time", label!(remote_policy.until_time)),
            ],
        },
    ],
    switch: Some(Switch::ENABLED),
    ..TOLD.sheet()
};

/// What the person at the computer is asked.
fn consents() -> Vec<Choice> {
    vec![
        Choice::new("ask", t!(remote_policy.ask)),
        Choice::new("ask_then_allow", t!(remote_policy.ask_then_allow)),
        Choice::new("notify", t!(remote_policy.notify)),
        Choice::new("unattended", t!(remote_policy.unattended)),
        Choice::new("deny", t!(remote_policy.deny)),
    ]
}

fn recordings() -> Vec<Choice> {
    vec![
        Choice::new("none", t!(remote_policy.recorded_never)),
        Choice::new("best_effort", t!(remote_policy.recorded_if_possible)),
        Choice::new("strict", t!(remote_policy.recorded_or_not_at_all)),
    ]
}

/// What somebody has to show.
fn proofs() -> Vec<Choice> {
    vec![
        Choice::new("sign_in", t!(remote_policy.proof_sign_in)),
        Choice::new("recent", t!(remote_policy.proof_recent)),
        Choice::new("second_factor", t!(remote_policy.proof_second_factor)),
    ]
}

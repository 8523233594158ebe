//! Repositories aimed at computers, with what to install and when.
mod beside;
mod cells;
mod publication;
mod reach;
mod results;

pub use cells::start_cell;

use super::{DOMAIN, DOMAINS, PACKAGES, PROJECTS, SCHEDULES, attributes};
use crate::{
    entity::{
        Cell, Column, Entity, Relation, Section, Sheet, Switch, cell, told::CORE_DEPLOYMENT as TOLD,
    },
    form::FormState,
    text::label,
};
use serde_json::json;

pub static DEPLOYMENTS: Entity = Entity {
    path: "deployments",
    icon: icondata::LuRocket,
    plural: label!(deployment.plural),
    singular: label!(deployment.singular),
    create: Some(label!(deployment.create)),
    needs: &[&PROJECTS],
    ..TOLD.entity()
};

pub static DEPLOYMENTS_SHEET: Sheet = Sheet {
    about: label!(deployment.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
        TOLD.column("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new(
            "publication",
            label!(deployment.publication),
            Cell::Own(cells::publication_cell),
        )
        .unsorted(),
        TOLD.column(
            "start_date",
            label!(deployment.start_date),
            Cell::Own(cells::start_cell),
        ),
        Column::new(
            "schedule",
            label!(schedule.singular),
            Cell::Own(cells::schedule_cell),
        )
        .unsorted(),
        TOLD.column("domain", label!(domain.singular), Cell::Link(&DOMAINS))
            .hidden(),
        TOLD.column("auto_restart", label!(deployment.auto_restart), Cell::Flag)
            .hidden(),
        Column::new("comment", label!(common.comment), Cell::Text)
            .hidden()
            .unsorted(),
    ],
    filters: &[
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        TOLD.filter("enabled", label!(common.enabled)),
        TOLD.by("schedule__id", label!(schedule.singular), &SCHEDULES)
            .linked(),
        TOLD.filter("schedule__isnull", label!(schedule.singular)),
        TOLD.filter("percent__gte", label!(deployment.percent_from))
            .linked(),
        TOLD.filter("percent__lt", label!(deployment.percent_below))
            .linked(),
        attributes::by_included(&TOLD),
        attributes::by_excluded(&TOLD),
        TOLD.by(
            "available_packages__id",
            label!(package.singular),
            &PACKAGES,
        ),
    ],
    form: &[
        Section {
            title: label!(deployment.section_general),
            help: None,
            fields: &[
                TOLD.field("name", label!(common.name)),
                TOLD.one("project", label!(project.singular), &PROJECTS)
                    .fixed()
                    .help(label!(deployment.project_help)),
                DOMAIN,
                TOLD.field("enabled", label!(common.enabled))
                    .help(label!(deployment.enabled_help)),
                TOLD.field("comment", label!(common.comment)),
            ],
        },
        Section {
            title: label!(deployment.section_what),
            help: Some(label!(deployment.section_what_help)),
            fields: &[
                TOLD.many(
                    "available_packages",
                    label!(deployment.available_packages),
                    &PACKAGES,
                )
                .narrowed(of_project)
                .help(label!(deployment.available_packages_help)),
                TOLD.field(
                    "packages_to_install",
                    label!(deployment.packages_to_install),
                )
                .offered()
                .help(label!(deployment.packages_to_install_help)),
                TOLD.field("packages_to_remove", label!(deployment.packages_to_remove))
                    .help(label!(deployment.packages_to_remove_help)),
            ],
        },
        Section {
            title: label!(deployment.section_whom),
            help: Some(label!(deployment.section_whom_help)),
            fields: &[
                attributes::included(&TOLD).help(label!(deployment.included_help)),
                attributes::excluded(&TOLD),
            ],
        },
        Section {
            title: label!(deployment.section_when),
            help: Some(label!(deployment.section_when_help)),
            fields: &[
                TOLD.field("start_date", label!(deployment.start_date))
                    .required()
                    .initially(|| json!(beside::today())),
                TOLD.one("schedule", label!(schedule.singular), &SCHEDULES)
                    .help(label!(deployment.schedule_help)),
                TOLD.field("auto_restart", label!(deployment.auto_restart))
                    .help(label!(deployment.auto_restart_help)),
            ],
        },
        Section {
            title: label!(deployment.section_defaults),
            help: Some(label!(deployment.section_defaults_help)),
            fields: &[
                TOLD.field(
                    "default_preincluded_packages",
                    label!(deployment.preincluded),
                )
                .help(label!(deployment.preincluded_help)),
                TOLD.field(
                    "default_included_packages",
                    label!(deployment.default_included),
                ),
                TOLD.field(
                    "default_excluded_packages",
                    label!(deployment.default_excluded),
                ),
            ],
        },
    ],
    switch: Some(Switch::ENABLED),
    aside: Some(beside::aside),
    actions: Some(beside::actions),
    relations: &[Relation::new(&PACKAGES, "deployment__id")],
    ..TOLD.sheet()
};

/// Packages of the chosen project that are in a store.
fn of_project(form: FormState) -> String {
    form.chosen_id("project")
        .map(|id| format!("&project__id={id}&store__isnull=false"))
        .unwrap_or_default()
}

//! Repositories aimed at computers, with what to install and when.
mod beside;
mod cells;
mod publication;
mod reach;
mod results;

pub use cells::start_cell;

use super::{ATTRIBUTES, DOMAIN, DOMAINS, PACKAGES, PROJECTS, SCHEDULES};
use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, Relation, SHEET,
        Section, Sheet, Switch, cell,
    },
    form::FormState,
    text::label,
};
use serde_json::json;

pub static DEPLOYMENTS: Entity = Entity {
    path: "deployments",
    api: "deployments/",
    model: "core.deployment",
    icon: icondata::LuRocket,
    plural: label!(deployment.plural),
    singular: label!(deployment.singular),
    create: Some(label!(deployment.create)),
    belongs: Belongs::Domain,
    needs: &[&PROJECTS],
    ..ENTITY
};

pub static DEPLOYMENTS_SHEET: Sheet = Sheet {
    about: label!(deployment.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)),
        Column::new("enabled", label!(common.state), Cell::State(cell::enabled)),
        Column::new(
            "publication",
            label!(deployment.publication),
            Cell::Own(cells::publication_cell),
        )
        .unsorted(),
        Column::new(
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
        Column::new("domain", label!(domain.singular), Cell::Link(&DOMAINS)).hidden(),
        Column::new("auto_restart", label!(deployment.auto_restart), Cell::Flag).hidden(),
        Column::new("comment", label!(common.comment), Cell::Text)
            .hidden()
            .unsorted(),
    ],
    filters: &[
        Filter::new(
            "project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new(
            "domain__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        ),
        Filter::new("enabled", label!(common.enabled), FilterKind::Flag),
        Filter::new(
            "schedule__id",
            label!(schedule.singular),
            FilterKind::Object(&SCHEDULES),
        )
        .linked(),
        Filter::new(
            "schedule__isnull",
            label!(schedule.singular),
            FilterKind::Presence,
        ),
        Filter::new(
            "percent__gte",
            label!(deployment.percent_from),
            FilterKind::Text,
        )
        .linked(),
        Filter::new(
            "percent__lt",
            label!(deployment.percent_below),
            FilterKind::Text,
        )
        .linked(),
        Filter::new(
            "included_attributes__id",
            label!(deployment.included),
            FilterKind::Object(&ATTRIBUTES),
        ),
        Filter::new(
            "excluded_attributes__id",
            label!(deployment.excluded),
            FilterKind::Object(&ATTRIBUTES),
        ),
        Filter::new(
            "available_packages__id",
            label!(package.singular),
            FilterKind::Object(&PACKAGES),
        ),
    ],
    form: &[
        Section {
            title: label!(deployment.section_general),
            help: None,
            fields: &[
                Field::new("name", label!(common.name), Kind::Text).required(),
                Field::new(
                    "project",
                    label!(project.singular),
                    Kind::One {
                        entity: &PROJECTS,
                        filter: |_| String::new(),
                    },
                )
                .required()
                .fixed()
                .help(label!(deployment.project_help)),
                DOMAIN,
                Field::new("enabled", label!(common.enabled), Kind::Flag)
                    .help(label!(deployment.enabled_help))
                    .initially(|| json!(true)),
                Field::new("comment", label!(common.comment), Kind::Area),
            ],
        },
        Section {
            title: label!(deployment.section_what),
            help: Some(label!(deployment.section_what_help)),
            fields: &[
                Field::new(
                    "available_packages",
                    label!(deployment.available_packages),
                    Kind::Many {
                        entity: &PACKAGES,
                        filter: of_project,
                    },
                )
                .help(label!(deployment.available_packages_help)),
                Field::new(
                    "packages_to_install",
                    label!(deployment.packages_to_install),
                    Kind::Lines,
                )
                .offered()
                .help(label!(deployment.packages_to_install_help)),
                Field::new(
                    "packages_to_remove",
                    label!(deployment.packages_to_remove),
                    Kind::Lines,
                )
                .help(label!(deployment.packages_to_remove_help)),
            ],
        },
        Section {
            title: label!(deployment.section_whom),
            help: Some(label!(deployment.section_whom_help)),
            fields: &[
                Field::new(
                    "included_attributes",
                    label!(deployment.included),
                    Kind::Many {
                        entity: &ATTRIBUTES,
                        filter: |_| String::new(),
                    },
                )
                .help(label!(deployment.included_help)),
                Field::new(
                    "excluded_attributes",
                    label!(deployment.excluded),
                    Kind::Many {
                        entity: &ATTRIBUTES,
                        filter: |_| String::new(),
                    },
                ),
            ],
        },
        Section {
            title: label!(deployment.section_when),
            help: Some(label!(deployment.section_when_help)),
            fields: &[
                Field::new("start_date", label!(deployment.start_date), Kind::Date)
                    .required()
                    .initially(|| json!(beside::today())),
                Field::new(
                    "schedule",
                    label!(schedule.singular),
                    Kind::One {
                        entity: &SCHEDULES,
                        filter: |_| String::new(),
                    },
                )
                .help(label!(deployment.schedule_help)),
                Field::new("auto_restart", label!(deployment.auto_restart), Kind::Flag)
                    .help(label!(deployment.auto_restart_help)),
            ],
        },
        Section {
            title: label!(deployment.section_defaults),
            help: Some(label!(deployment.section_defaults_help)),
            fields: &[
                Field::new(
                    "default_preincluded_packages",
                    label!(deployment.preincluded),
                    Kind::Lines,
                )
                .help(label!(deployment.preincluded_help)),
                Field::new(
                    "default_included_packages",
                    label!(deployment.default_included),
                    Kind::Lines,
                ),
                Field::new(
                    "default_excluded_packages",
                    label!(deployment.default_excluded),
                    Kind::Lines,
                ),
            ],
        },
    ],
    switch: Some(Switch {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    }),
    aside: Some(beside::aside),
    actions: Some(beside::actions),
    relations: &[Relation::new(&PACKAGES, "deployment__id")],
    ..SHEET
};

/// Packages of the chosen project that are in a store.
fn of_project(form: FormState) -> String {
    form.chosen_id("project")
        .map(|id| format!("&project__id={id}&store__isnull=false"))
        .unwrap_or_default()
}

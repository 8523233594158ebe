//! The software that people find in Play.
mod cells;
mod packages;
mod preview;

use super::{APPLICATION_REQUESTS, ATTRIBUTES, CATEGORIES, DOMAIN, DOMAINS, PROJECTS, choices};
use crate::{
    entity::{
        Cell, Entity, Kind, ObjectTab, Relation, Section, Sheet,
        told::APP_CATALOG_APPLICATION as TOLD,
    },
    text::label,
};

pub static APPLICATIONS: Entity = Entity {
    path: "applications",
    icon: icondata::LuAppWindow,
    plural: label!(application.plural),
    singular: label!(application.singular),
    create: Some(label!(application.create)),
    needs: &[&CATEGORIES],
    ..TOLD.entity()
};

pub static APPLICATIONS_SHEET: Sheet = Sheet {
    about: label!(application.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Own(cells::name_cell)),
        TOLD.column(
            "category",
            label!(category.singular),
            Cell::Link(&CATEGORIES),
        ),
        TOLD.column(
            "level",
            label!(application.level),
            Cell::Own(cells::level_cell),
        ),
        TOLD.column(
            "score",
            label!(application.score),
            Cell::Own(cells::score_cell),
        ),
        TOLD.column(
            "packages_by_project",
            label!(project.plural),
            Cell::Own(cells::projects_cell),
        ),
        TOLD.column(
            "available_for_attributes",
            label!(application.audience),
            Cell::Own(cells::audience_cell),
        ),
        TOLD.column("created_at", label!(common.created), Cell::When)
            .hidden(),
    ],
    filters: &[
        TOLD.by("category__id", label!(category.singular), &CATEGORIES),
        TOLD.among("level", label!(application.level), choices::levels),
        TOLD.by(
            "packages_by_project__project__id",
            label!(project.singular),
            &PROJECTS,
        ),
        TOLD.by(
            "available_for_attributes__id",
            label!(application.audience),
            &ATTRIBUTES,
        ),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
    ],
    form: &[
        Section {
            title: label!(application.section_look),
            help: None,
            fields: &[
                TOLD.field("icon", label!(application.icon))
                    .drawn(Kind::Picture)
                    .prompt(label!(application.icon_help)),
                TOLD.field("name", label!(common.name)),
                TOLD.one("category", label!(category.singular), &CATEGORIES),
                TOLD.field("description", label!(common.description))
                    .drawn(Kind::Markdown)
                    .prompt(label!(application.description_help)),
            ],
        },
        Section {
            title: label!(application.section_who),
            help: None,
            fields: &[
                TOLD.many(
                    "available_for_attributes",
                    label!(application.audience),
                    &ATTRIBUTES,
                )
                .help(label!(application.audience_help)),
                DOMAIN,
                TOLD.choice("level", label!(application.level), choices::levels)
                    .help(label!(application.level_help)),
                TOLD.field("score", label!(application.score))
                    .drawn(Kind::Number { min: 1, max: 5 })
                    .help(label!(application.score_help)),
            ],
        },
    ],
    aside: Some(preview::preview),
    relations: &[Relation::new(&APPLICATION_REQUESTS, "application__id")],
    tabs: &[ObjectTab::rows("packages", &packages::PACKAGES)],
    new_note: Some(label!(application.new_note)),
    lacks: Some("packages"),
    ..TOLD.sheet()
};

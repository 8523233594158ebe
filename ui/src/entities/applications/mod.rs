//! The software that people find in Play.
mod cells;
mod packages;
mod preview;

use super::{
    APPLICATION_REQUESTS, ATTRIBUTES, CATEGORIES, DOMAIN, DOMAINS, PROJECT_PACKAGES, PROJECTS,
    choices,
};
use crate::{
    entity::{
        Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, ObjectTab,
        Relation, SHEET, Section, Sheet,
    },
    text::label,
};
use serde_json::json;

pub static APPLICATIONS: Entity = Entity {
    path: "applications",
    api: "catalog/apps/",
    model: "app_catalog.application",
    icon: icondata::LuAppWindow,
    plural: label!(application.plural),
    singular: label!(application.singular),
    create: Some(label!(application.create)),
    belongs: Belongs::Domain,
    needs: &[&CATEGORIES],
    ..ENTITY
};

pub static APPLICATIONS_SHEET: Sheet = Sheet {
    about: label!(application.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Own(cells::name_cell)),
        Column::new(
            "category",
            label!(category.singular),
            Cell::Link(&CATEGORIES),
        ),
        Column::new(
            "level",
            label!(application.level),
            Cell::Own(cells::level_cell),
        ),
        Column::new(
            "score",
            label!(application.score),
            Cell::Own(cells::score_cell),
        ),
        Column::new(
            "packages_by_project",
            label!(project.plural),
            Cell::Own(cells::projects_cell),
        )
        .unsorted(),
        Column::new(
            "available_for_attributes",
            label!(application.audience),
            Cell::Own(cells::audience_cell),
        )
        .unsorted(),
        Column::new("created_at", label!(common.created), Cell::When).hidden(),
    ],
    filters: &[
        Filter::new(
            "category__id",
            label!(category.singular),
            FilterKind::Object(&CATEGORIES),
        ),
        Filter::new(
            "level",
            label!(application.level),
            FilterKind::Choices(Choices::Own(choices::levels)),
        ),
        Filter::new(
            "packages_by_project__project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new(
            "available_for_attributes__id",
            label!(application.audience),
            FilterKind::Object(&ATTRIBUTES),
        ),
        Filter::new(
            "domain__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        ),
    ],
    form: &[
        Section {
            title: label!(application.section_look),
            help: None,
            fields: &[
                Field::new("icon", label!(application.icon), Kind::Picture)
                    .prompt(label!(application.icon_help)),
                Field::new("name", label!(common.name), Kind::Text).required(),
                Field::new(
                    "category",
                    label!(category.singular),
                    Kind::One {
                        entity: &CATEGORIES,
                        filter: |_| String::new(),
                    },
                )
                .required(),
                Field::new("description", label!(common.description), Kind::Markdown)
                    .prompt(label!(application.description_help)),
            ],
        },
        Section {
            title: label!(application.section_who),
            help: None,
            fields: &[
                Field::new(
                    "available_for_attributes",
                    label!(application.audience),
                    Kind::Many {
                        entity: &ATTRIBUTES,
                        filter: |_| String::new(),
                    },
                )
                .help(label!(application.audience_help)),
                DOMAIN,
                Field::new(
                    "level",
                    label!(application.level),
                    Kind::Choices(Choices::Own(choices::levels)),
                )
                .required()
                .help(label!(application.level_help))
                .initially(|| json!("U")),
                Field::new(
                    "score",
                    label!(application.score),
                    Kind::Number { min: 1, max: 5 },
                )
                .help(label!(application.score_help))
                .initially(|| json!(1)),
            ],
        },
    ],
    aside: Some(preview::preview),
    relations: &[Relation::new(&APPLICATION_REQUESTS, "application__id")],
    tabs: &[
        ObjectTab::new("packages", label!(application.packages), packages::tab)
            .needing(&PROJECT_PACKAGES),
    ],
    new_note: Some(label!(application.new_note)),
    ..SHEET
};

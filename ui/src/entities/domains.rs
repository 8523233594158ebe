//! Parts of the organisation with administrators of their own.
use super::{
    APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, DEPLOYMENTS, POLICIES, SCHEDULES, TAGS, USERS,
};
use crate::{
    entity::{Belongs, Cell, Column, ENTITY, Entity, Field, Kind, Relation, SHEET, Section, Sheet},
    text::{Label, label},
};
use serde_json::json;

pub static DOMAINS: Entity = Entity {
    path: "domains",
    api: "domains/",
    model: "core.domain",
    icon: icondata::LuBuilding2,
    plural: label!(domain.plural),
    singular: label!(domain.singular),
    create: Some(label!(domain.create)),
    belongs: Belongs::Itself,
    ..ENTITY
};

pub static DOMAINS_SHEET: Sheet = Sheet {
    about: label!(domain.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("comment", label!(common.comment), Cell::Text).unsorted(),
    ],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text)
                .required()
                .prompt(label!(domain.name_help)),
            Field::new("comment", label!(common.comment), Kind::Area),
            Field::new(
                "included_attributes",
                label!(deployment.included),
                Kind::Many {
                    entity: &ATTRIBUTES,
                    filter: |_| String::new(),
                },
            )
            .help(label!(domain.included_help)),
            Field::new(
                "excluded_attributes",
                label!(deployment.excluded),
                Kind::Many {
                    entity: &ATTRIBUTES,
                    filter: |_| String::new(),
                },
            ),
            Field::new(
                "tags",
                label!(tag.plural),
                Kind::Many {
                    entity: &TAGS,
                    filter: |_| String::new(),
                },
            )
            .help(label!(domain.tags_help)),
            Field::new(
                "domain_admins",
                label!(domain.admins),
                Kind::Many {
                    entity: &USERS,
                    filter: |_| String::new(),
                },
            )
            .help(label!(domain.admins_help))
            .initially(|| json!([])),
        ],
    }],
    relations: &[
        Relation::new(&DEPLOYMENTS, "domain__id").offering("domain"),
        Relation::new(&APPLICATIONS, "domain__id"),
        Relation::new(&POLICIES, "domain__id"),
        Relation::new(&ATTRIBUTE_SETS, "domain__id"),
        Relation::new(&SCHEDULES, "domain__id"),
        Relation::new(&USERS, "domains__id"),
    ],
    ..SHEET
};

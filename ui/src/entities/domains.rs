//! Parts of the organisation with administrators of their own.
use super::{
    APPLICATIONS, ATTRIBUTE_SETS, DEPLOYMENTS, POLICIES, SCHEDULES, TAGS, USERS, attributes,
};
use crate::{
    entity::{Cell, Column, Entity, Relation, SECTION, Section, Sheet, told::CORE_DOMAIN as TOLD},
    text::label,
};
use serde_json::json;

pub static DOMAINS: Entity = Entity {
    path: "domains",
    icon: icondata::LuBuilding2,
    plural: label!(domain.plural),
    singular: label!(domain.singular),
    create: Some(label!(domain.create)),
    ..TOLD.entity()
};

pub static DOMAINS_SHEET: Sheet = Sheet {
    about: label!(domain.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        Column::new("comment", label!(common.comment), Cell::Text).unsorted(),
    ],
    filters: &[
        attributes::by_included(&TOLD).linked(),
        attributes::by_excluded(&TOLD).linked(),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name))
                .prompt(label!(domain.name_help)),
            TOLD.field("comment", label!(common.comment)),
            attributes::included(&TOLD).help(label!(domain.included_help)),
            attributes::excluded(&TOLD),
            TOLD.many("tags", label!(tag.plural), &TAGS)
                .help(label!(domain.tags_help)),
            TOLD.many("domain_admins", label!(domain.admins), &USERS)
                .help(label!(domain.admins_help))
                .initially(|| json!([])),
        ],
        ..SECTION
    }],
    relations: &[
        Relation::new(&DEPLOYMENTS, "domain__id").offering("domain"),
        Relation::new(&APPLICATIONS, "domain__id"),
        Relation::new(&POLICIES, "domain__id"),
        Relation::new(&ATTRIBUTE_SETS, "domain__id"),
        Relation::new(&SCHEDULES, "domain__id"),
        Relation::new(&USERS, "domains__id"),
    ],
    ..TOLD.sheet()
};

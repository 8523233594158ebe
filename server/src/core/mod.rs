//! Platforms, projects, packages, deployments, properties and attributes.

pub mod attribute_sets;
pub mod attributes;
pub mod groups;
pub mod platforms;
pub mod projects;
pub mod properties;
pub mod rules;
pub mod schedules;
pub mod shapes;
pub mod singularities;
pub mod stores;
mod tag_computers;
pub mod vocabulary;

use crate::rest::{entity::Entity, schema::Table};

/// The tables of this domain.
pub const TABLES: &[&Table] = &[
    &platforms::TABLE,
    &projects::TABLE,
    &stores::TABLE,
    &properties::TABLE,
    &attributes::TABLE,
    &attribute_sets::TABLE,
    &singularities::TABLE,
    &schedules::SCHEDULE_TABLE,
    &schedules::DELAY_TABLE,
    &groups::GROUP_TABLE,
    &groups::CONTENT_TYPE_TABLE,
    &groups::PERMISSION_TABLE,
];

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[
    &platforms::PLATFORMS,
    &projects::PROJECTS,
    &stores::STORES,
    &properties::PROPERTIES,
    &properties::FORMULAS,
    &properties::STAMPS,
    &attributes::ATTRIBUTES,
    &attributes::TAGS,
    &attributes::FEATURES,
    &attribute_sets::ATTRIBUTE_SETS,
    &singularities::SINGULARITIES,
    &schedules::SCHEDULES,
    &schedules::SCHEDULE_DELAYS,
    &groups::GROUPS,
    &groups::PERMISSIONS,
];

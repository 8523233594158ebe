//! Platforms, projects, packages, deployments, properties and attributes.

pub mod accounts;
pub mod api_keys;
pub mod attribute_search;
pub mod attribute_sets;
pub mod attributes;
mod audit_changes;
pub mod audit_records;
mod copying;
pub mod deployment_rules;
pub mod deployments;
pub mod domains;
pub mod effective_access;
pub mod groups;
pub mod nameless;
pub mod names;
pub mod offered;
pub mod on_machine;
pub mod own_account;
pub mod package_sets;
pub mod packages;
pub mod password_reset;
pub mod permissions;
mod place;
pub mod platforms;
mod preview;
pub mod project_names;
pub mod projects;
pub mod properties;
mod publication;
pub mod restarting;
pub mod rules;
pub mod schedules;
pub mod scopes;
pub mod shapes;
pub mod singularities;
pub mod slugs;
mod store_use;
pub mod stores;
mod tag_computers;
pub mod twins;
pub mod user_profiles;
pub mod vocabulary;

use migasfree_server_entity::entity::Entity;

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[
    &platforms::PLATFORMS,
    &projects::PROJECTS,
    &stores::STORES,
    &packages::PACKAGES,
    &package_sets::PACKAGE_SETS,
    &deployments::DEPLOYMENTS,
    &deployments::INTERNAL_SOURCES,
    &deployments::EXTERNAL_SOURCES,
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
    &domains::DOMAINS,
    &scopes::SCOPES,
    &user_profiles::USER_PROFILES,
    &groups::GROUPS,
    &groups::PERMISSIONS,
    &api_keys::API_KEYS,
    &audit_records::AUDIT,
];

/// A filtered view of an entity, and the entity: who may view the one may view the other.
pub const PROXIES: &[(&str, &str)] = &[
    ("core.view_internalsource", "core.view_deployment"),
    ("core.view_externalsource", "core.view_deployment"),
    ("core.view_clientproperty", "core.view_property"),
    ("core.view_serverproperty", "core.view_property"),
    ("core.view_basicproperty", "core.view_property"),
    ("core.view_clientattribute", "core.view_attribute"),
    ("core.view_serverattribute", "core.view_attribute"),
    ("core.view_basicattribute", "core.view_attribute"),
];

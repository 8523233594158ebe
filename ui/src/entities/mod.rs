//! The declarations, one file each.
mod applications;
mod attribute_sets;
mod attributes;
mod audit;
mod categories;
mod choices;
mod computers;
mod deployments;
mod formulas;
mod groups;
mod packages;
mod permissions;
mod platforms;
mod policies;
mod policy_groups;
mod project_packages;
mod projects;
mod schedules;
mod stamps;
mod stores;
mod synchronizations;
mod tags;
mod users;

pub use applications::APPLICATIONS;
pub use attribute_sets::ATTRIBUTE_SETS;
pub use attributes::ATTRIBUTES;
pub use audit::AUDIT;
pub use categories::CATEGORIES;
pub use choices::{computer_statuses, status_state};
pub use computers::COMPUTERS;
pub use deployments::DEPLOYMENTS;
pub use formulas::FORMULAS;
pub use groups::GROUPS;
pub use packages::PACKAGES;
pub use platforms::PLATFORMS;
pub use policies::POLICIES;
pub use policy_groups::POLICY_GROUPS;
pub use project_packages::PROJECT_PACKAGES;
pub use projects::PROJECTS;
pub use schedules::SCHEDULES;
pub use stamps::STAMPS;
pub use stores::STORES;
pub use synchronizations::SYNCHRONIZATIONS;
pub use tags::TAGS;
pub use users::USERS;

use crate::entity::Entity;

/// Every entity that has a list.
pub static ALL: &[&Entity] = &[
    &COMPUTERS,
    &PACKAGES,
    &DEPLOYMENTS,
    &SCHEDULES,
    &APPLICATIONS,
    &CATEGORIES,
    &POLICIES,
    &ATTRIBUTES,
    &ATTRIBUTE_SETS,
    &TAGS,
    &STAMPS,
    &FORMULAS,
    &SYNCHRONIZATIONS,
    &AUDIT,
    &PROJECTS,
    &PLATFORMS,
    &STORES,
    &USERS,
    &GROUPS,
];

/// The entity of an address.
pub fn by_path(path: &str) -> Option<&'static Entity> {
    ALL.iter().find(|entity| entity.path == path).copied()
}

/// The entity the server calls by this name.
pub fn by_model(model: &str) -> Option<&'static Entity> {
    ALL.iter().find(|entity| entity.model == model).copied()
}

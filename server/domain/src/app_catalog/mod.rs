//! The catalogue: applications and requests for them, categories and policies.

pub mod application_requests;
pub mod applications;
mod available;
pub mod categories;
mod deciding;
mod icon;
pub mod icons;
pub mod policies;
pub mod policy_groups;
pub mod project_packages;

use migasfree_server_entity::entity::Entity;

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[
    &applications::APPLICATIONS,
    &application_requests::APPLICATION_REQUESTS,
    &categories::CATEGORIES,
    &policies::POLICIES,
    &policy_groups::POLICY_GROUPS,
    &project_packages::PROJECT_PACKAGES,
];

//! Computers and what happens on them.

pub mod arrivals;
pub(crate) mod bulk;
pub mod computer;
mod details;
pub mod doing;
pub mod errors;
mod event_text;
pub mod fault_definitions;
pub mod faults;
pub mod finding;
pub mod messages;
pub mod migrations;
pub mod notifications;
pub mod packages_history;
mod reasons;
pub mod repeats;
mod replacement;
mod simulation;
pub mod slots;
mod software;
pub mod spellings;
pub mod status;
pub mod status_logs;
pub mod syncs;
mod targets;
pub mod users;

use migasfree_server_entity::entity::Entity;

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[
    &computer::COMPUTERS,
    &errors::ERRORS,
    &fault_definitions::FAULT_DEFINITIONS,
    &faults::FAULTS,
    &messages::MESSAGES,
    &migrations::MIGRATIONS,
    &notifications::NOTIFICATIONS,
    &packages_history::PACKAGES_HISTORY,
    &status_logs::STATUS_LOGS,
    &syncs::SYNCS,
    &users::USERS,
];

//! Rules that deliberately differ from existing servers, each switchable.

use serde::{Deserialize, Serialize};

/// Corrections that change what gets installed or which computers match.
///
/// All are on in a new installation. After an import they start off, so that nothing changes
/// before an administrator decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fixes {
    /// Removing a tag answers with the inverse package actions of its deployments.
    pub removed_tags_undo_packages: bool,
    /// A computer is found by its name alone only if its UUID is made of its MAC address.
    pub names_identify_mac_uuids_only: bool,
    /// Domains see every attribute of the computer, also those derived by the server.
    pub domains_see_all_attributes: bool,
    /// An attribute set with a broken dependency is left out alone, not all of them with it.
    pub broken_sets_are_skipped_alone: bool,
    /// Policies apply also to computers that no deployment reaches.
    pub policies_need_no_deployment: bool,
    /// Who has domains and prefers none of them sees those, not everything.
    pub no_preference_is_limited: bool,
}

impl Default for Fixes {
    fn default() -> Self {
        Self {
            removed_tags_undo_packages: true,
            names_identify_mac_uuids_only: true,
            domains_see_all_attributes: true,
            broken_sets_are_skipped_alone: true,
            policies_need_no_deployment: true,
            no_preference_is_limited: true,
        }
    }
}

//! How many computers that nobody knows may register, from one address and in one project: each of them has the project's
//! key, and leaves rows.

use migasfree_server_auth::Connection;
use migasfree_server_db::Ts;
use migasfree_server_domain::ids::ProjectId;

use super::answer::{Refusal, TooMany};
use super::buckets::Buckets;
use crate::Settings;

/// What addresses and projects have left.
#[derive(Debug, Default)]
pub(super) struct Newcomers {
    addresses: Buckets<String>,
    projects: Buckets<ProjectId>,
}

impl Newcomers {
    /// Counts a computer that is about to register.
    ///
    /// # Errors
    /// When there are too many of them.
    pub(super) fn count(
        &self,
        settings: &Settings,
        connection: Connection,
        project: ProjectId,
        now: Ts,
    ) -> Result<(), Refusal> {
        let per_address = settings.new_computers_per_address;
        self.addresses
            .join(connection.bucket(), per_address, now)
            .map_err(|seconds| Refusal::TooMany(TooMany::NewOfAddress, seconds))?;
        let per_project = settings.new_computers_per_project;
        self.projects
            .join(project, per_project, now)
            .map_err(|seconds| Refusal::TooMany(TooMany::NewOfProject, seconds))
    }
}

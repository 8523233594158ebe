//! How many computers that nobody knows may register, from one address and in one project: each of them has the project's
//! key, and leaves rows.

use migasfree_server_auth::Connection;
use migasfree_server_db::Ts;
use migasfree_server_domain::ids::ProjectId;

use super::answer::TooMany;
use super::buckets::Buckets;
use crate::Settings;

/// What addresses and projects have left, whichever protocol computers come by.
#[derive(Debug, Default)]
pub struct Newcomers {
    addresses: Buckets<String>,
    projects: Buckets<ProjectId>,
}

impl Newcomers {
    /// Counts a computer that is about to register.
    ///
    /// # Errors
    /// When there are too many of them, and after how many seconds there may be another one.
    pub(crate) fn count(
        &self,
        settings: &Settings,
        connection: Connection,
        project: ProjectId,
        now: Ts,
    ) -> Result<(), (TooMany, u64)> {
        let per_address = settings.new_computers_per_address;
        self.addresses
            .join(connection.bucket(), per_address, now)
            .map_err(|seconds| (TooMany::NewOfAddress, seconds))?;
        let per_project = settings.new_computers_per_project;
        self.projects
            .join(project, per_project, now)
            .map_err(|seconds| (TooMany::NewOfProject, seconds))
    }
}

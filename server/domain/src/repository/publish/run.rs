//! One publication, from what the deployment offers to the switch.

use std::io;
use std::sync::Arc;

use migasfree_server_db::{self as db, args};
use migasfree_server_files::{BlobError, NewBlob};
use migasfree_server_jobs::JobContext;
use migasfree_server_repository::{
    format::{Contents, Format, Generated, Offer, Unreadable},
    reading::off_the_runtime,
    signing::SigningError,
};
use migasfree_types::events::PublicationState;

use super::note;
use super::progress::Progress;
use super::snapshot::{self, Offered, Reason, Snapshot};
use super::switch::switch;
use crate::ids::DeploymentId;
use crate::services::OfDomain as _;
use crate::services::Services;

/// Why a publication failed; the job tries again.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The file store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The key.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The indexes are not what package managers could read.
    #[error("{0}; computers keep what was published before")]
    Unreadable(#[from] Unreadable),
    /// The thread that makes the indexes.
    #[error("the indexes could not be made: {0}")]
    Io(#[from] io::Error),
}

/// What came of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// A new generation is served.
    Generation {
        /// Its number.
        id: i64,
        /// Packages in it.
        packages: usize,
    },
    /// Projects of this package system cannot be published; a deployment says so.
    Unsupported,
    /// The deployment is gone.
    Gone,
}

/// Publishes deployments.
#[derive(Debug, Clone)]
pub struct Publisher {
    state: Services,
}

impl Publisher {
    /// A publisher with what the domain has at hand.
    pub const fn new(state: Services) -> Self {
        Self { state }
    }

    /// Publishes a deployment, telling `job` and whoever listens how far it is.
    ///
    /// # Errors
    /// What was served before is still served then.
    pub async fn publish(
        &self,
        id: DeploymentId,
        job: Option<&JobContext>,
    ) -> Result<Published, PublishError> {
        let state = &self.state;
        let Some(deployment) = snapshot::deployment(&state.db, id).await? else {
            return Ok(Published::Gone);
        };
        let progress = Progress::new(state, job, deployment.event(id));
        // The attempts after the first one tell nothing new until one succeeds.
        let is_first = job.is_none_or(|job| job.attempt == 1);
        let systems = &state.domain().systems;
        let Some(format) = systems.format(&deployment.pms) else {
            let message = format!(
                "repositories of {} cannot be published yet: only those of {} are supported",
                deployment.pms,
                systems.published()
            );
            fail(state, id, &message, Expected::Always).await?;
            progress.end(PublicationState::Failed, 0, &message);
            note::failed(state, &deployment, &message).await;
            return Ok(Published::Unsupported);
        };
        match self.attempts(id, &format, &progress).await {
            Ok(Some((generation, snapshot))) => {
                let packages = snapshot.packages.len();
                let message = message(&snapshot);
                progress.end(PublicationState::Published, packages as u64, &message);
                note::published(state, &snapshot.deployment, packages, &message).await;
                Ok(Published::Generation {
                    id: generation,
                    packages,
                })
            }
            Ok(None) => Ok(Published::Gone),
            Err(error) => {
                // Whoever deleted it meanwhile waits for nothing.
                if let Ok(None) = snapshot::deployment(&state.db, id).await {
                    return Ok(Published::Gone);
                }
                let message = error.to_string();
                progress.end(PublicationState::Failed, 0, &message);
                if is_first {
                    note::failed(state, &deployment, &message).await;
                }
                fail(state, id, &message, Expected::No).await?;
                Err(error)
            }
        }
    }

    /// Tells that a publication failed which did not come to tell it itself.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn fail(&self, id: DeploymentId, reason: &str) -> Result<(), db::Error> {
        let state = &self.state;
        if let Some(deployment) = snapshot::deployment(&state.db, id).await? {
            fail(state, id, reason, Expected::No).await?;
            note::failed(state, &deployment, reason).await;
            Progress::new(state, None, deployment.event(id)).end(
                PublicationState::Failed,
                0,
                reason,
            );
        }
        Ok(())
    }

    /// Tries until nobody else published meanwhile; `None` when the deployment went away.
    async fn attempts(
        &self,
        id: DeploymentId,
        format: &Arc<dyn Format>,
        progress: &Progress<'_>,
    ) -> Result<Option<(i64, Snapshot)>, PublishError> {
        let state = &self.state;
        loop {
            let Some(deployment) = snapshot::deployment(&state.db, id).await? else {
                return Ok(None);
            };
            begin(state, id).await?;
            progress
                .at(0, 0, "reading what the deployment offers")
                .await;
            let snapshot = snapshot::take(&state.db, id, deployment, &**format).await?;
            let total = snapshot.packages.len() as u64;
            progress.at(0, total, "writing the indexes").await;
            let (snapshot, files) = self.build(snapshot, format).await?;
            progress.at(total, total, "storing the indexes").await;
            let now = state.clock.now();
            let blobs: Vec<NewBlob> = files.iter().map(Generated::blob).collect();
            state.files.put_generated(&state.db, now, &blobs).await?;
            let message = message(&snapshot);
            let switched = switch(&state.db, id, &snapshot, &files, &message, now).await?;
            if let Some(generation) = switched {
                return Ok(Some((generation, snapshot)));
            }
        }
    }

    async fn build(
        &self,
        snapshot: Snapshot,
        format: &Arc<dyn Format>,
    ) -> Result<(Snapshot, Vec<Generated>), PublishError> {
        let signer = Arc::clone(&self.state.domain().signer);
        let format = Arc::clone(format);
        let now = self.state.clock.now();
        let work = move || {
            let contents = Contents {
                repository: &snapshot.deployment.slug,
                architectures: snapshot.deployment.architectures(),
                packages: snapshot
                    .packages
                    .iter()
                    .map(|package| &package.listed)
                    .collect(),
            };
            let files = format.build(contents, &signer, now)?;
            let offers: Vec<Offer<'_>> = snapshot.packages.iter().map(Offered::as_read).collect();
            format.read_back(&files, &snapshot.deployment.slug, &offers, &signer)?;
            Ok((snapshot, files))
        };
        off_the_runtime(work).await?
    }
}

async fn begin(state: &Services, id: DeploymentId) -> Result<(), db::Error> {
    let sql = "INSERT INTO repository_publication (deployment_id, state, requested_at) \
               VALUES ($1, 'running', $2) ON CONFLICT (deployment_id) DO UPDATE SET \
               state = 'running', message = '', finished_at = NULL";
    state
        .db
        .execute(sql, args![id, state.clock.now()])
        .await
        .map(|_| ())
}

/// Whether a publication could have worked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// None of its project can.
    Always,
    No,
}

async fn fail(
    state: &Services,
    id: DeploymentId,
    message: &str,
    expected: Expected,
) -> Result<(), db::Error> {
    let sql = match expected {
        Expected::Always => {
            "UPDATE repository_publication SET state = 'failed', message = $2, finished_at = $3 \
             WHERE deployment_id = $1"
        }
        Expected::No => {
            "UPDATE repository_publication SET state = 'failed', message = $2, finished_at = $3, \
             failed_since = COALESCE(failed_since, $3) WHERE deployment_id = $1"
        }
    };
    state
        .db
        .execute(sql, args![id, message, state.clock.now()])
        .await
        .map(|_| ())
}

/// Names of left-out packages that a message has room for.
const NAMED: usize = 50;

fn message(snapshot: &Snapshot) -> String {
    let architectures = snapshot.deployment.architectures().join(", ");
    let named = snapshot.left_out.iter().take(NAMED).map(|package| {
        let name = &package.name;
        match &package.reason {
            Reason::NoFile => format!("{name} (it has no file here)"),
            Reason::Architecture(architecture) => {
                format!("{name} (the project is for {architectures}, not {architecture})")
            }
        }
    });
    let named = named.collect::<Vec<_>>().join(", ");
    let more = match snapshot.left_out.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    match snapshot.left_out.len() {
        0 => String::new(),
        1 => format!("1 package is left out: {named}"),
        count => format!("{count} packages are left out: {named}{more}"),
    }
}

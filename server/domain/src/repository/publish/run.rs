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
use migasfree_types::{events::PublicationState, message::Message};

use super::note;
use super::progress::Progress;
use super::snapshot::{self, Offered, Reason, Snapshot};
use super::switch::switch;
use crate::ids::DeploymentId;
use crate::messages;
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

impl PublishError {
    fn message(&self) -> Message {
        match self {
            Self::Db(_) | Self::Blob(_) | Self::Signing(_) => {
                messages::publication_failed(self.to_string())
            }
            Self::Unreadable(reason) => messages::publication_unreadable(reason.to_string()),
            Self::Io(reason) => messages::publication_indexes(reason.to_string()),
        }
    }
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
            let message = messages::publication_unsupported(&deployment.pms, systems.published());
            fail(state, id, &message, Expected::Always).await?;
            progress.end(PublicationState::Failed, 0, Some(message.clone()));
            note::failed(state, &deployment, message).await;
            return Ok(Published::Unsupported);
        };
        match self.attempts(id, &format, &progress).await {
            Ok(Some((generation, snapshot))) => {
                let packages = snapshot.packages.len();
                let remark = left_out(&snapshot);
                let published = PublicationState::Published;
                progress.end(published, packages as u64, remark.clone());
                note::published(state, &snapshot.deployment, packages, remark).await;
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
                let message = error.message();
                progress.end(PublicationState::Failed, 0, Some(message.clone()));
                if is_first {
                    note::failed(state, &deployment, message.clone()).await;
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
            let message = messages::publication_failed(reason);
            fail(state, id, &message, Expected::No).await?;
            note::failed(state, &deployment, message.clone()).await;
            Progress::new(state, None, deployment.event(id)).end(
                PublicationState::Failed,
                0,
                Some(message),
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
            progress.at(0, 0, messages::publication_reads()).await;
            let snapshot = snapshot::take(&state.db, id, deployment, &**format).await?;
            let total = snapshot.packages.len() as u64;
            progress.at(0, total, messages::publication_writes()).await;
            let (snapshot, files) = self.build(snapshot, format).await?;
            progress
                .at(total, total, messages::publication_stores())
                .await;
            let now = state.clock.now();
            let blobs: Vec<NewBlob> = files.iter().map(Generated::blob).collect();
            state.files.put_generated(&state.db, now, &blobs).await?;
            let remark = left_out(&snapshot);
            let switched = switch(&state.db, id, &snapshot, &files, remark.as_ref(), now).await?;
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
               state = 'running', message = '', said = NULL, finished_at = NULL";
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
    message: &Message,
    expected: Expected,
) -> Result<(), db::Error> {
    let sql = match expected {
        Expected::Always => {
            "UPDATE repository_publication SET state = 'failed', message = $2, said = $4, finished_at = $3 \
             WHERE deployment_id = $1"
        }
        Expected::No => {
            "UPDATE repository_publication SET state = 'failed', message = $2, said = $4, finished_at = $3, \
             failed_since = COALESCE(failed_since, $3) WHERE deployment_id = $1"
        }
    };
    state
        .db
        .execute(
            sql,
            args![
                id,
                &message.text,
                state.clock.now(),
                messages::stored(message)
            ],
        )
        .await
        .map(|_| ())
}

/// Names of left-out packages that a message has room for.
const NAMED: usize = 50;

/// What is not in it, and why; `None` where everything is.
fn left_out(snapshot: &Snapshot) -> Option<Message> {
    let architectures = snapshot.deployment.architectures().join(", ");
    let named = snapshot.left_out.iter().take(NAMED).map(|package| {
        let name = &package.name;
        match &package.reason {
            Reason::NoFile => messages::left_out_without_file(name),
            Reason::Architecture(architecture) => {
                messages::left_out_for_others(name, &architectures, architecture)
            }
        }
    });
    let mut named: Vec<Message> = named.collect();
    let more = snapshot.left_out.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(messages::more_left_out(more));
    }
    match snapshot.left_out.len() {
        0 => None,
        1 => Some(messages::one_left_out(named)),
        count => Some(messages::some_left_out(count, named)),
    }
}

//! One publication, from what the deployment offers to the switch.

use std::io;
use std::sync::Arc;

use super::snapshot::{self, Snapshot};
use super::switch::switch;
use crate::app::AppState;
use crate::args;
use crate::db::{self, DeploymentId};
use crate::files::{BlobError, NewBlob};
use crate::repository::apt::{self, Contents, Generated};
use crate::repository::signing::SigningError;

/// Kind of the job.
pub(super) const KIND: &str = "publish";

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

/// Publishes a deployment.
///
/// # Errors
/// What was served before is still served then.
pub async fn publish(state: &AppState, id: DeploymentId) -> Result<Published, PublishError> {
    let outcome = attempt(state, id).await;
    if let Err(error) = &outcome {
        fail(state, id, &error.to_string()).await?;
    }
    outcome
}

async fn attempt(state: &AppState, id: DeploymentId) -> Result<Published, PublishError> {
    loop {
        let Some(deployment) = snapshot::deployment(&state.db, id).await? else {
            return Ok(Published::Gone);
        };
        if deployment.pms != "apt" {
            let message = format!(
                "repositories of {} cannot be published yet: only those of apt are supported",
                deployment.pms
            );
            fail(state, id, &message).await?;
            return Ok(Published::Unsupported);
        }
        begin(state, id).await?;
        let snapshot = snapshot::take(&state.db, id, deployment).await?;
        let (snapshot, files) = build(state, snapshot).await?;
        let now = state.clock.now();
        let blobs: Vec<NewBlob> = files
            .iter()
            .map(|file| NewBlob {
                sha256: file.digests.sha256.clone(),
                content: file.content.clone(),
            })
            .collect();
        state.files.put_small(&state.db, now, &blobs).await?;
        let message = message(&snapshot);
        let switched = switch(&state.db, id, &snapshot, &files, &message, now).await?;
        if let Some(generation) = switched {
            let packages = snapshot.packages.len();
            return Ok(Published::Generation {
                id: generation,
                packages,
            });
        }
    }
}

async fn begin(state: &AppState, id: DeploymentId) -> Result<(), db::Error> {
    let sql = "INSERT INTO repository_publication (deployment_id, state, requested_at) \
               VALUES ($1, 'running', $2) ON CONFLICT (deployment_id) DO UPDATE SET \
               state = 'running', message = '', finished_at = NULL";
    state
        .db
        .execute(sql, args![id, state.clock.now()])
        .await
        .map(|_| ())
}

async fn fail(state: &AppState, id: DeploymentId, message: &str) -> Result<(), db::Error> {
    let sql = "UPDATE repository_publication SET state = 'failed', message = $2, \
               finished_at = $3 WHERE deployment_id = $1";
    state
        .db
        .execute(sql, args![id, message, state.clock.now()])
        .await
        .map(|_| ())
}

async fn build(
    state: &AppState,
    snapshot: Snapshot,
) -> Result<(Snapshot, Vec<Generated>), PublishError> {
    let signer = Arc::clone(&state.signer);
    let now = state.clock.now();
    let work = move || {
        let contents = Contents {
            suite: snapshot.deployment.slug.clone(),
            architectures: snapshot.deployment.architectures(),
            packages: snapshot
                .packages
                .iter()
                .map(|package| package.listed.clone())
                .collect(),
        };
        let files = apt::build(contents, &signer, now)?;
        Ok((snapshot, files))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn message(snapshot: &Snapshot) -> String {
    match snapshot.left_out {
        0 => String::new(),
        1 => "1 package is left out: it has no file here, or not an architecture of the project"
            .to_owned(),
        count => format!(
            "{count} packages are left out: they have no file here, or not an architecture of the \
             project"
        ),
    }
}

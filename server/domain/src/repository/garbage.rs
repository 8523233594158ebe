//! Collecting what nothing refers to any more.

use std::time::Duration;

use migasfree_server_db::{Db, Ts, args};
use migasfree_server_files::{BlobError, Store};
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};

use crate::services::Services;

/// How long retired generations and unused blobs are kept, for those who began to read them, and
/// half-written files, for those who may still write them.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Blobs removed in one transaction, which holds SQLite's writer.
const BATCH: i64 = 100;
/// Packages of repositories removed in one.
const PACKAGES: i64 = 500;

/// Collecting what nothing refers to any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct CollectFiles;

impl Chore for CollectFiles {
    const KIND: &'static str = "collect-files";
    const THIS: Self = Self;
}

/// Collects it.
#[derive(Debug)]
pub struct Collector(pub Services);

impl JobHandler for Collector {
    type Job = CollectFiles;

    async fn run(&self, _: CollectFiles, _: JobContext) -> Result<(), JobError> {
        let Self(state) = self;
        let collected = collect(&state.db, &state.files, state.clock.now()).await;
        let collected = collected.map_err(|error| JobError::Retry(error.to_string()))?;
        let files = state.files.clone();
        let swept = tokio::task::spawn_blocking(move || files.sweep(KEPT)).await;
        if let Ok(Err(error)) = swept {
            return Err(JobError::Retry(error.to_string()));
        }
        tracing::info!(collected.generations, collected.blobs, "files collected");
        Ok(())
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Retired generations of repositories.
    pub generations: u64,
    /// Blobs.
    pub blobs: u64,
}

/// Removes generations retired for longer than [`KEPT`], then blobs unused for as long.
///
/// # Errors
/// What was removed until then stays removed; the next run goes on.
pub async fn collect(db: &Db, store: &Store, now: Ts) -> Result<Collected, BlobError> {
    let before = now - KEPT;
    let generations = generations(db, before).await?;
    let mut blobs = 0;
    loop {
        let removed = blobs_batch(db, store, before).await?;
        blobs += removed;
        if removed < BATCH as u64 {
            return Ok(Collected { generations, blobs });
        }
    }
}

async fn generations(db: &Db, before: Ts) -> Result<u64, BlobError> {
    let removed = db
        .execute(
            "DELETE FROM repository_generation WHERE retired_at < $1",
            args![before],
        )
        .await?;
    // A large repository may have lost many packages at once: others write in between.
    let mut more = removed > 0;
    while more {
        let packages = db
            .execute(
                "DELETE FROM repository_package WHERE (deployment_id, path, first_generation) IN (\
                   SELECT p.deployment_id, p.path, p.first_generation FROM repository_package p \
                   WHERE p.last_generation IS NOT NULL AND NOT EXISTS (\
                     SELECT 1 FROM repository_generation g WHERE g.deployment_id = p.deployment_id \
                     AND g.id BETWEEN p.first_generation AND p.last_generation) LIMIT $1)",
                args![PACKAGES],
            )
            .await?;
        more = packages == PACKAGES as u64;
    }
    Ok(removed)
}

/// Row and object go in one transaction: somebody who stores the same content meanwhile waits
/// for the row and then finds the object gone.
async fn blobs_batch(db: &Db, store: &Store, before: Ts) -> Result<u64, BlobError> {
    let mut tx = db.begin().await?;
    let removed: Vec<(String,)> = tx
        .all(
            "DELETE FROM file_blob WHERE stored_at < $1 AND sha256 IN (\
               SELECT b.sha256 FROM file_blob b WHERE b.stored_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM store_file f WHERE f.sha256 = b.sha256) \
               AND NOT EXISTS (SELECT 1 FROM app_catalog_icon i WHERE i.sha256 = b.sha256) \
               AND NOT EXISTS (SELECT 1 FROM repository_file f WHERE f.sha256 = b.sha256) \
               AND NOT EXISTS (SELECT 1 FROM repository_package p WHERE p.sha256 = b.sha256) \
               ORDER BY b.stored_at LIMIT $2) RETURNING sha256",
            args![before, BATCH],
        )
        .await?;
    store.remove(&removed).await?;
    tx.commit().await?;
    Ok(removed.len() as u64)
}

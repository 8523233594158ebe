//! Publishing again what a crash of the machine damaged.

use std::collections::BTreeSet;

use migasfree_server_db::args;
use migasfree_server_files::BlobError;

use super::request;
use crate::ids::DeploymentId;
use crate::services::Services;

/// Asks for the publication of every deployment whose served indexes are not all there; answers
/// how many. Indexes are not flushed to the disk one by one, because they can be made again: call
/// this when the server starts.
///
/// # Errors
/// When the database or the file store fails.
pub async fn repair(state: &Services) -> Result<usize, BlobError> {
    let files: Vec<(DeploymentId, String, i64)> = state
        .db
        .all(
            "SELECT g.deployment_id, f.sha256, f.size FROM repository_generation g \
             JOIN repository_file f ON f.generation_id = g.id WHERE g.retired_at IS NULL",
            args![],
        )
        .await?;
    let mut damaged = BTreeSet::new();
    for (deployment, sha256, size) in files {
        let size = u64::try_from(size).unwrap_or_default();
        if !damaged.contains(&deployment) && !state.files.has_blob(&sha256, size).await? {
            damaged.insert(deployment);
        }
    }
    if damaged.is_empty() {
        return Ok(0);
    }
    let mut tx = state.db.begin().await?;
    for deployment in &damaged {
        request(state, &mut tx, *deployment).await?;
    }
    tx.commit().await?;
    tracing::warn!(
        deployments = damaged.len(),
        "damaged repositories are published again"
    );
    Ok(damaged.len())
}

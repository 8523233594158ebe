//! Publishing again what was published while the server's clock was ahead: package managers refuse dates of the future.

use std::time::Duration;

use migasfree_server_db::{Result, args};
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler, Period};
use serde::{Deserialize, Serialize};

use super::request;
use crate::ids::DeploymentId;
use crate::services::Services;

/// apt takes dates that are as far ahead; the clocks of servers with one database may differ as much.
const TOLERATED: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_secs(10 * 60);

/// Asks for the publication of every deployment whose repository bears a date later than now; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn redate(state: &Services) -> Result<usize> {
    let latest = state.clock.now() + TOLERATED;
    let ahead: Vec<(DeploymentId,)> = state
        .db
        .all(
            "SELECT deployment_id FROM repository_generation \
             WHERE retired_at IS NULL AND created_at > $1 ORDER BY deployment_id",
            args![latest],
        )
        .await?;
    if ahead.is_empty() {
        return Ok(0);
    }
    let mut tx = state.db.begin().await?;
    for (deployment,) in &ahead {
        request(state, &mut tx, *deployment).await?;
    }
    tx.commit().await?;
    tracing::warn!(
        deployments = ahead.len(),
        "repositories with a date in the future are published again: the server's clock was ahead"
    );
    Ok(ahead.len())
}

/// Looking for dates of the future.
#[derive(Debug, Serialize, Deserialize)]
pub struct Redate;

impl Chore for Redate {
    const KIND: &'static str = "redate-repositories";
    const THIS: Self = Self;
    const PERIOD: Period = Period::Every(OFTEN);
}

/// Looks for them.
#[derive(Debug)]
pub struct Redater(pub Services);

impl JobHandler for Redater {
    type Job = Redate;

    async fn run(&self, _: Redate, _: JobContext) -> Result<(), JobError> {
        redate(&self.0).await?;
        Ok(())
    }
}

//! What no computer took in time, and what none is heard of again.

use std::time::Duration;

use migasfree_server_audit::Author;
use migasfree_server_db::{Result, Ts, args};
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler, Period};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::notes::{self, Named};
use crate::services::Services;

/// Executions of one transaction.
const BATCH: i64 = 200;

const EXPIRED: &str = "SELECT e.id, e.uuid, e.computer_id, a.verb, a.operator_name FROM core_execution AS e \
     JOIN core_action AS a ON a.id = e.action_id WHERE e.state = 'ready' AND a.expires_at <= $1 ORDER BY e.id LIMIT $2";

const LOST: &str = "SELECT e.id, e.uuid, e.computer_id, a.verb, a.operator_name FROM core_execution AS e \
     JOIN core_action AS a ON a.id = e.action_id \
     WHERE e.state IN ('leased', 'running') AND e.lease_until <= $1 ORDER BY e.id LIMIT $2";

const EXPIRE: &str = "UPDATE core_execution SET state = 'expired', finished_at = $2 WHERE id = $1 AND state = 'ready'";

const LOSE: &str = "UPDATE core_execution SET state = 'lost', finished_at = $2 \
     WHERE id = $1 AND state IN ('leased', 'running') AND lease_until <= $2";

/// Looking after executions of which nothing is heard.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepActions;

impl Chore for SweepActions {
    const KIND: &'static str = "actions";
    const THIS: Self = Self;
    const PERIOD: Period = Period::Every(Duration::from_secs(60));
}

/// Looks after them.
#[derive(Debug)]
pub struct Sweep(pub Services);

impl JobHandler for Sweep {
    type Job = SweepActions;

    async fn run(&self, _: SweepActions, _: JobContext) -> std::result::Result<(), JobError> {
        sweep(&self.0).await?;
        Ok(())
    }
}

/// Ends what was not taken until its action expired, and what was taken and not heard of in time; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(state: &Services) -> Result<u64> {
    let now = state.clock.now();
    let expired = end(state, EXPIRED, EXPIRE, "expired", now).await?;
    Ok(expired + end(state, LOST, LOSE, "lost", now).await?)
}

async fn end(
    state: &Services,
    which: &'static str,
    how: &'static str,
    what: &str,
    now: Ts,
) -> Result<u64> {
    let mut all = 0;
    loop {
        let over: Vec<Named> = state.db.all(which, args![now, BATCH]).await?;
        if over.is_empty() {
            return Ok(all);
        }
        let mut tx = state.db.begin().await?;
        for one in &over {
            if tx.execute(how, args![one.id, now]).await? > 0 {
                all += 1;
                let details = (what, &json!({}));
                notes::note(state, &mut tx, one, details, &Author::server(), now).await?;
            }
        }
        tx.commit().await?;
    }
}

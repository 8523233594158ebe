//! Taking the next job.

use std::time::Duration;

use migasfree_server_db::{Result, args, sql};
use serde_json::{Value, json};

use super::job::Kind;
use super::{JobId, Jobs};

/// A worker that gives no sign of life for this long has lost its job. Short, because people wait for it: one that was
/// only slow, or whose clock is wrong, does no harm, as how a job ended is taken from its worker alone.
pub(super) const LEASE: Duration = Duration::from_secs(10);

/// A job that a worker took.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub key: String,
    pub payload: String,
    /// Which attempt this is, from 1.
    #[sqlx(rename = "attempts")]
    pub attempt: i64,
}

impl Jobs {
    /// Takes the job of these kinds that goes first among those that are due: its time has come, or the lease of its
    /// worker ended. The first of each kind is found along an index, however many wait.
    pub(super) async fn claim(&self, worker: &str, kinds: &[Kind]) -> Result<Option<Claimed>> {
        let now = self.clock.now();
        let listed: Value = kinds
            .iter()
            .map(|kind| json!({"kind": kind.name, "rank": kind.priority.rank()}))
            .collect();
        self.db
            .optional(
                sql!(
                    "UPDATE job SET state = 'running', due_at = $2, worker = $3, attempts = attempts + 1, \
                     started_at = $1, done = 0, total = 0, message = '' \
                     WHERE id = (WITH first AS MATERIALIZED (\
                     SELECT CAST(k.value ->> 'rank' AS bigint) AS rank, (SELECT d.id FROM job d \
                     WHERE d.kind = k.value ->> 'kind' AND d.finished_at IS NULL AND d.due_at <= $1 \
                     AND (d.state = 'running' OR NOT EXISTS (SELECT 1 FROM job r \
                     WHERE r.kind = d.kind AND r.key = d.key AND r.state = 'running')) \
                     ORDER BY d.due_at, d.id LIMIT 1",
                    pair("", " FOR UPDATE SKIP LOCKED"),
                    ") AS id FROM ",
                    objects(4),
                    " AS k) SELECT j.id FROM first JOIN job j ON j.id = first.id \
                     ORDER BY first.rank, j.due_at, j.id LIMIT 1) \
                     RETURNING id, kind, key, payload, attempts"
                ),
                args![now, now + LEASE, worker, listed.to_string()],
            )
            .await
    }
}

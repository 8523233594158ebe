//! Where work is put.

use std::sync::Arc;
use std::time::Duration;

use migasfree_server_db::{Db, Result, Ts, Tx, args, clock::Clock, random::Random};
use serde_json::Value;
use tokio::sync::Notify;

use super::{JobId, JobState, JobStatus};

/// A worker that gives no sign of life for this long has lost its job. Short, because people wait for it: one that was
/// only slow, or whose clock is wrong, does no harm, as how a job ended is taken from its worker alone.
pub(super) const LEASE: Duration = Duration::from_secs(10);

/// The queue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) wake: Arc<Notify>,
}

impl Queue {
    /// A queue over a database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            db,
            clock,
            random,
            wake: Arc::new(Notify::new()),
        }
    }

    /// Puts work in the queue when the transaction commits. Work of the same kind and key that still waits stands
    /// for both; while one runs, the next waits for its end.
    pub async fn enqueue(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        key: &str,
        payload: &Value,
    ) -> Result<()> {
        let now = self.clock.now();
        tx.execute(
            "INSERT INTO job (kind, key, payload, state, run_at, created_at) \
             VALUES ($1, $2, $3, 'queued', $4, $4) \
             ON CONFLICT (kind, key) WHERE state = 'queued' DO NOTHING",
            args![kind, key, payload.to_string(), now],
        )
        .await?;
        let wake = Arc::clone(&self.wake);
        tx.after_commit(move || wake.notify_waiters());
        Ok(())
    }

    /// How the newest work of this kind and key is doing.
    pub async fn status(&self, kind: &str, key: &str) -> Result<Option<JobStatus>> {
        let row = self
            .db
            .optional(
                "SELECT id, kind, key, state, done, total, message, created_at, started_at, \
                 finished_at FROM job WHERE kind = $1 AND key = $2 ORDER BY id DESC LIMIT 1",
                args![kind, key],
            )
            .await?;
        Ok(row)
    }

    /// Keys of the work of this kind that waits or runs.
    pub async fn unfinished(&self, kind: &str) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = self
            .db
            .all(
                "SELECT DISTINCT key FROM job WHERE state IN ('queued', 'running') AND kind = $1 \
                 ORDER BY key",
                args![kind],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Lets work that ran in this process before it ended abruptly be taken up at once. Only for a process
    /// that is alone with its database.
    pub async fn recover(&self) -> Result<u64> {
        self.db
            .execute(
                "UPDATE job SET lease_until = $1 WHERE state = 'running' AND lease_until > $1",
                args![self.clock.now()],
            )
            .await
    }

    /// Lets others take up what a worker had; it was not the work that ended the attempt.
    pub(super) async fn release(&self, worker: &str) -> Result<u64> {
        self.db
            .execute(
                "UPDATE job SET lease_until = $2, attempts = attempts - 1 \
                 WHERE worker = $1 AND state = 'running'",
                args![worker, self.clock.now()],
            )
            .await
    }

    /// Forgets work that finished longer ago.
    pub async fn forget(&self, older_than: Duration) -> Result<u64> {
        let limit = self.clock.now() - older_than;
        self.db
            .execute("DELETE FROM job WHERE finished_at < $1", args![limit])
            .await
    }

    pub(super) async fn finish(
        &self,
        id: JobId,
        worker: &str,
        state: JobState,
        message: &str,
    ) -> Result<()> {
        self.db
            .execute(
                "UPDATE job SET state = $3, message = $4, finished_at = $5, lease_until = NULL, worker = NULL \
                 WHERE id = $1 AND worker = $2 AND state = 'running'",
                args![id, worker, state.name(), message, self.clock.now()],
            )
            .await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// Puts a job that failed back for later; if the same work was queued meanwhile, that one stands for it.
    pub(super) async fn retry(&self, id: JobId, worker: &str, at: Ts, message: &str) -> Result<()> {
        self.db
            .execute(
                "UPDATE job SET message = $3, lease_until = NULL, worker = NULL, \
                 run_at = $4, \
                 state = CASE WHEN EXISTS (SELECT 1 FROM job other WHERE other.kind = job.kind \
                 AND other.key = job.key AND other.state = 'queued') THEN 'superseded' ELSE 'queued' END, \
                 finished_at = CASE WHEN EXISTS (SELECT 1 FROM job other WHERE other.kind = job.kind \
                 AND other.key = job.key AND other.state = 'queued') THEN $5 ELSE NULL END \
                 WHERE id = $1 AND worker = $2 AND state = 'running'",
                args![id, worker, message, at, self.clock.now()],
            )
            .await?;
        Ok(())
    }
}

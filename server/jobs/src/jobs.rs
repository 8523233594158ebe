//! Where work is put, and what becomes of it.

use std::sync::Arc;

use migasfree_server_db::{Db, Result, Ts, Tx, args, clock::Clock, random::Random};
use tokio::sync::Notify;

use super::job::Stored;
use super::{Job, JobId, JobState, JobStatus};

/// The jobs of a database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) wake: Arc<Notify>,
}

impl Jobs {
    /// The jobs of a database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            db,
            clock,
            random,
            wake: Arc::new(Notify::new()),
        }
    }

    /// Queues work when the transaction commits. The same work that still waits stands for both; while it runs, the next
    /// waits for its end.
    pub async fn enqueue<J: Job>(&self, tx: &mut Tx, job: &J) -> Result<()> {
        self.put(tx, &Stored::of(job)?).await
    }

    pub(super) async fn put(&self, tx: &mut Tx, job: &Stored) -> Result<()> {
        let now = self.clock.now();
        tx.execute(
            "INSERT INTO job (kind, key, payload, state, due_at, created_at) \
             VALUES ($1, $2, $3, 'queued', $4, $4) \
             ON CONFLICT (kind, key) WHERE state = 'queued' DO NOTHING",
            args![job.kind, &job.key, &job.payload, now],
        )
        .await?;
        let wake = Arc::clone(&self.wake);
        tx.after_commit(move || wake.notify_waiters());
        Ok(())
    }

    /// How this work is doing, the newest time it was queued.
    pub async fn status<J: Job>(&self, job: &J) -> Result<Option<JobStatus>> {
        let row = self
            .db
            .optional(
                "SELECT id, kind, key, state, done, total, message, created_at, started_at, \
                 finished_at FROM job WHERE kind = $1 AND key = $2 ORDER BY id DESC LIMIT 1",
                args![J::KIND, J::UNIQUE.key(job)],
            )
            .await?;
        Ok(row)
    }

    /// The work of a kind that waits or runs; what cannot be read is left out.
    pub async fn unfinished<J: Job>(&self) -> Result<Vec<J>> {
        let rows: Vec<(String,)> = self
            .db
            .all(
                "SELECT DISTINCT payload FROM job WHERE finished_at IS NULL AND kind = $1 \
                 ORDER BY payload",
                args![J::KIND],
            )
            .await?;
        let read = |(payload,): &(String,)| serde_json::from_str(payload).ok();
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Lets work that ran in this process before it ended abruptly be taken up at once. Only for a process
    /// that is alone with its database.
    pub async fn recover(&self) -> Result<u64> {
        self.db
            .execute(
                "UPDATE job SET due_at = $1 WHERE state = 'running' AND due_at > $1",
                args![self.clock.now()],
            )
            .await
    }

    /// Lets others take up what the workers of a process had; it was not the work that ended the attempt.
    pub(super) async fn release(&self, process: &str) -> Result<u64> {
        self.db
            .execute(
                "UPDATE job SET due_at = $2, attempts = attempts - 1 \
                 WHERE worker LIKE $1 AND state = 'running'",
                args![format!("{process}/%"), self.clock.now()],
            )
            .await
    }

    /// Keeps a job for its worker until then; answers whether it still was its own.
    pub(super) async fn renew(&self, id: JobId, worker: &str, until: Ts) -> Result<bool> {
        let renewed = self
            .db
            .execute(
                "UPDATE job SET due_at = $3 WHERE id = $1 AND worker = $2 AND state = 'running'",
                args![id, worker, until],
            )
            .await?;
        Ok(renewed > 0)
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
                "UPDATE job SET state = $3, message = $4, finished_at = $5, worker = NULL \
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
                "UPDATE job SET message = $3, worker = NULL, due_at = $4, \
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

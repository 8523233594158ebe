//! What a handler has at hand while it works.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use migasfree_server_db::args;

use super::{JobError, JobId, Jobs};

/// Progress is written this often at most; the first and the last step always are.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// A job while it is done.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// `job.id`
    pub id: JobId,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    jobs: Jobs,
    worker: Arc<str>,
    written: Arc<Mutex<Option<Instant>>>,
}

impl JobContext {
    pub(super) fn new(id: JobId, attempt: i64, jobs: Jobs, worker: Arc<str>) -> Self {
        Self {
            id,
            attempt,
            jobs,
            worker,
            written: Arc::default(),
        }
    }

    /// Says how far the work is. Cheap to call often.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn progress(&self, done: u64, total: u64, message: &str) -> Result<(), JobError> {
        if self.is_due(done, total) {
            let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            self.jobs
                .db
                .execute(
                    "UPDATE job SET done = $3, total = $4, message = $5 \
                     WHERE id = $1 AND worker = $2 AND state = 'running'",
                    args![self.id, &*self.worker, number(done), number(total), message],
                )
                .await?;
        }
        Ok(())
    }

    fn is_due(&self, done: u64, total: u64) -> bool {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let due = done >= total || written.is_none_or(|last| last.elapsed() >= PROGRESS_EVERY);
        if due {
            *written = Some(Instant::now());
        }
        due
    }
}

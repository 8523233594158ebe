//! A worker does a job, keeps its lease meanwhile, and writes how it ended.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use migasfree_server_db::Result;

use super::claim::{Claimed, LEASE};
use super::handler::Entry;
use super::{JobContext, JobError, JobId, JobState, Jobs};

const HEARTBEAT: Duration = Duration::from_secs(3);
/// Told of work that was begun so often and never came to an end.
const DEADLY: &str =
    "given up: the server ended in the middle of this work every time; its log may say why";

/// Does one job, under a name of its own.
#[derive(Debug)]
pub(super) struct Worker {
    pub jobs: Jobs,
    pub name: Arc<str>,
}

impl Worker {
    pub async fn work(&self, job: Claimed, entry: Entry) {
        if job.attempt > entry.kind.attempts {
            return self.give_up(job, entry).await;
        }
        let Claimed { id, attempt, .. } = job;
        let kind = entry.kind.name;
        tracing::info!(job = %id, kind, key = %job.key, attempt, "job started");
        let began = Instant::now();
        let context = JobContext::new(id, attempt, self.jobs.clone(), Arc::clone(&self.name));
        let work = entry.handler.start(&job.payload, context);
        let result = tokio::select! {
            result = AssertUnwindSafe(work).catch_unwind() => {
                result.unwrap_or_else(|_| Err(JobError::Retry("the job panicked".to_owned())))
            }
            () = self.lose_lease(id) => {
                tracing::error!(job = %id, kind, "job stopped: another worker has it");
                return;
            }
        };
        metrics::counter!("migasfree_jobs_total", "kind" => kind, "ok" => result.is_ok().to_string())
            .increment(1);
        metrics::histogram!("migasfree_job_seconds", "kind" => kind)
            .record(began.elapsed().as_secs_f64());
        let is_last = attempt >= entry.kind.attempts;
        if let Err(error) = self.write_end(id, attempt, is_last, &result).await {
            tracing::error!(%error, job = %id, "cannot write how a job ended; it will run again");
        }
    }

    /// Ends what no attempt ever ended, so that the server outlives it.
    async fn give_up(&self, job: Claimed, entry: Entry) {
        tracing::error!(job = %job.id, kind = %job.kind, key = %job.key, "{DEADLY}");
        let failed = JobState::Failed;
        let written = self.jobs.finish(job.id, &self.name, failed, DEADLY).await;
        if let Err(error) = written {
            tracing::error!(%error, job = %job.id, "cannot write that a job was given up");
        } else {
            entry.handler.give_up(&job.payload, DEADLY).await;
        }
    }

    async fn write_end(
        &self,
        id: JobId,
        attempt: i64,
        is_last: bool,
        result: &Result<(), JobError>,
    ) -> Result<()> {
        match result {
            Ok(()) => {
                tracing::info!(job = %id, "job done");
                self.jobs.finish(id, &self.name, JobState::Done, "").await
            }
            Err(JobError::Retry(reason)) if !is_last => {
                let wait = back_off(attempt);
                tracing::warn!(job = %id, %reason, wait = wait.as_secs(), "job failed; it is tried again");
                let at = self.jobs.clock.now() + wait;
                self.jobs.retry(id, &self.name, at, reason).await
            }
            Err(error) => {
                tracing::error!(job = %id, %error, "job failed");
                let failed = JobState::Failed;
                self.jobs
                    .finish(id, &self.name, failed, &error.to_string())
                    .await
            }
        }
    }

    /// Renews the lease; ends when another worker has the job.
    async fn lose_lease(&self, id: JobId) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let until = self.jobs.clock.now() + LEASE;
            match self.jobs.renew(id, &self.name, until).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, job = %id, "cannot renew the lease of a job"),
            }
        }
    }
}

/// 2, 8, 32, 128, 512 seconds.
fn back_off(attempt: i64) -> Duration {
    let exponent = u32::try_from(attempt.clamp(1, 5) - 1).unwrap_or(0);
    Duration::from_secs(2 * 4_u64.pow(exponent))
}

//! Workers take jobs from the queue, keep their leases and write how they ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use migasfree_server_db::{Dialect, Result, args, sql};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::queue::LEASE;
use super::{Handlers, Job, JobContext, JobError, JobId, JobState, Queue};

const HEARTBEAT: Duration = Duration::from_secs(3);
/// Other servers' jobs are noticed this late.
const POLL: Duration = Duration::from_secs(2);
const SCHEDULE_EVERY: Duration = Duration::from_secs(5);
const ATTEMPTS: i64 = 6;
/// Told of work that was begun so often and never came to an end.
const DEADLY: &str =
    "given up: the server ended in the middle of this work every time; its log may say why";

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    queue: Queue,
    names: Vec<Arc<str>>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts `count` workers; none leaves the work to other servers.
    pub fn start(queue: &Queue, handlers: Handlers, count: u32) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let handlers = Arc::new(handlers);
        let names: Vec<Arc<str>> = (0..count)
            .map(|_| queue.random.uuid().to_string().into())
            .collect();
        for name in &names {
            let worker = Worker {
                queue: queue.clone(),
                handlers: Arc::clone(&handlers),
                stop: stop.clone(),
                name: Arc::clone(name),
            };
            tasks.spawn(worker.work());
        }
        tasks.spawn(keep_schedule(queue.clone(), handlers, stop.clone()));
        Self {
            queue: queue.clone(),
            names,
            stop,
            tasks,
        }
    }

    /// Takes no more jobs and gives the running ones some time; what is not done then is free for any other worker.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!("some jobs did not finish in time; they will be taken up again");
        }
        self.tasks.shutdown().await;
        for name in &self.names {
            if let Err(error) = self.queue.release(name).await {
                tracing::warn!(%error, "cannot release a job; it is taken up when its lease ends");
            }
        }
    }
}

async fn keep_schedule(queue: Queue, handlers: Arc<Handlers>, stop: CancellationToken) {
    loop {
        if let Err(error) = queue.queue_due(handlers.periods()).await {
            tracing::error!(%error, "cannot queue the periodic jobs");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SCHEDULE_EVERY) => {}
        }
    }
}

struct Worker {
    queue: Queue,
    handlers: Arc<Handlers>,
    stop: CancellationToken,
    name: Arc<str>,
}

impl Worker {
    async fn work(self) {
        while !self.stop.is_cancelled() {
            let woken = self.queue.wake.notified();
            match self.claim().await {
                Ok(Some(job)) => self.run(job).await,
                Ok(None) => {
                    tokio::select! {
                        () = self.stop.cancelled() => return,
                        () = woken => {}
                        () = tokio::time::sleep(POLL) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "cannot take a job from the queue");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// Takes the oldest job that is due, or one whose worker is gone. Never two of the same kind and key.
    async fn claim(&self) -> Result<Option<Job>> {
        let now = self.queue.clock.now();
        let kinds = serde_json::json!(self.handlers.kinds()).to_string();
        let row: Option<(JobId, String, String, String, i64)> = match self.queue.db.dialect() {
            // A look that does not take the writer: most of the time there is nothing to do.
            Dialect::Sqlite if !self.something_due(&kinds).await? => None,
            _ => {
                self.queue
                    .db
                    .optional(
                        sql!(
                            "UPDATE job SET state = 'running', lease_until = $2, worker = $3, \
                             attempts = attempts + 1, started_at = $1, done = 0, total = 0, message = '' \
                             WHERE id = (SELECT j.id FROM job j WHERE \
                             ((j.state = 'queued' AND j.run_at <= $1 AND NOT EXISTS (SELECT 1 FROM job r \
                             WHERE r.kind = j.kind AND r.key = j.key AND r.state = 'running')) \
                             OR (j.state = 'running' AND j.lease_until <= $1)) AND j.kind IN ",
                            texts(4),
                            " ORDER BY j.run_at, j.id LIMIT 1",
                            pair("", " FOR UPDATE SKIP LOCKED"),
                            ") RETURNING id, kind, key, payload, attempts"
                        ),
                        args![now, now + LEASE, &*self.name, kinds],
                    )
                    .await?
            }
        };
        Ok(row.map(|(id, kind, key, payload, attempt)| Job {
            id,
            kind,
            key,
            payload: serde_json::from_str(&payload).unwrap_or_default(),
            attempt,
        }))
    }

    async fn something_due(&self, kinds: &str) -> Result<bool> {
        let found: Option<(i64,)> = self
            .queue
            .db
            .optional(
                sql!(
                    "SELECT id FROM job WHERE ((state = 'queued' AND run_at <= $1) \
                     OR (state = 'running' AND lease_until <= $1)) AND kind IN ",
                    texts(2),
                    " LIMIT 1"
                ),
                args![self.queue.clock.now(), kinds],
            )
            .await?;
        Ok(found.is_some())
    }

    async fn run(&self, job: Job) {
        if job.attempt > ATTEMPTS {
            return self.give_up(job).await;
        }
        let (id, kind, attempt) = (job.id, job.kind.clone(), job.attempt);
        tracing::info!(job = %id, %kind, key = %job.key, attempt, "job started");
        let Some(run) = self.handlers.find(&job.kind) else {
            return;
        };
        let context = JobContext::new(job, self.queue.clone(), Arc::clone(&self.name));
        let work = std::panic::AssertUnwindSafe(run(context)).catch_unwind();
        let result = tokio::select! {
            result = work => result.unwrap_or_else(|_| Err(JobError::Retry("the job panicked".to_owned()))),
            () = self.lose_lease(id) => {
                tracing::error!(job = %id, %kind, "job stopped: another worker has it");
                return;
            }
        };
        metrics::counter!("migasfree_jobs_total", "kind" => kind.clone(), "ok" => result.is_ok().to_string())
            .increment(1);
        if let Err(error) = self.write_end(id, attempt, &result).await {
            tracing::error!(%error, job = %id, "cannot write how a job ended; it will run again");
        }
    }

    /// Ends what no attempt ever ended, so that the server outlives it.
    async fn give_up(&self, job: Job) {
        tracing::error!(job = %job.id, kind = %job.kind, key = %job.key, "{DEADLY}");
        let failed = JobState::Failed;
        let written = self.queue.finish(job.id, &self.name, failed, DEADLY).await;
        if let Err(error) = written {
            tracing::error!(%error, job = %job.id, "cannot write that a job was given up");
        } else if let Some(tell) = self.handlers.find_given_up(&job.kind) {
            tell(job, DEADLY).await;
        }
    }

    async fn write_end(
        &self,
        id: JobId,
        attempt: i64,
        result: &std::result::Result<(), JobError>,
    ) -> Result<()> {
        match result {
            Ok(()) => {
                tracing::info!(job = %id, "job done");
                self.queue.finish(id, &self.name, JobState::Done, "").await
            }
            Err(JobError::Retry(reason)) if attempt < ATTEMPTS => {
                let wait = back_off(attempt);
                tracing::warn!(job = %id, %reason, wait = wait.as_secs(), "job failed; it is tried again");
                let at = self.queue.clock.now() + wait;
                self.queue.retry(id, &self.name, at, reason).await
            }
            Err(error) => {
                tracing::error!(job = %id, %error, "job failed");
                self.queue
                    .finish(id, &self.name, JobState::Failed, &error.to_string())
                    .await
            }
        }
    }

    /// Renews the lease; ends when another worker has the job.
    async fn lose_lease(&self, id: JobId) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let renewed = self
                .queue
                .db
                .execute(
                    "UPDATE job SET lease_until = $3 WHERE id = $1 AND worker = $2 AND state = 'running'",
                    args![id, &*self.name, self.queue.clock.now() + LEASE],
                )
                .await;
            match renewed {
                Ok(0) => return,
                Ok(_) => {}
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

//! The workers of this process take jobs of all queues, as many of each at the same time as it allows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use migasfree_server_db::Result;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::worker::Worker;
use super::{Handlers, Jobs, Queue};

/// Other servers' jobs are noticed this late.
const POLL: Duration = Duration::from_secs(2);
const SCHEDULE_EVERY: Duration = Duration::from_secs(5);

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    jobs: Jobs,
    process: String,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    running: TaskTracker,
}

impl Workers {
    /// Starts workers: `most` for each queue, or fewer where it has a limit; none leaves the work to other servers.
    pub fn start(jobs: &Jobs, handlers: Handlers, most: u32) -> Self {
        let stop = CancellationToken::new();
        let running = TaskTracker::new();
        let handlers = Arc::new(handlers);
        let process = jobs.random.uuid().to_string();
        let taker = Taker {
            slots: Slots::new(&handlers, most),
            handlers: Arc::clone(&handlers),
            jobs: jobs.clone(),
            process: process.clone(),
            begun: 0,
            stop: stop.clone(),
            work: JoinSet::new(),
            running: running.clone(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(taker.take());
        tasks.spawn(keep_schedule(jobs.clone(), handlers, stop.clone()));
        Self {
            jobs: jobs.clone(),
            process,
            stop,
            tasks,
            running,
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
        self.running.close();
        self.running.wait().await;
        if let Err(error) = self.jobs.release(&self.process).await {
            tracing::warn!(%error, "cannot release jobs; they are taken up when their leases end");
        }
    }
}

async fn keep_schedule(jobs: Jobs, handlers: Arc<Handlers>, stop: CancellationToken) {
    loop {
        if let Err(error) = jobs.queue_due(&handlers).await {
            tracing::error!(%error, "cannot queue the periodic jobs");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SCHEDULE_EVERY) => {}
        }
    }
}

/// Takes jobs for the workers that are free.
struct Taker {
    slots: Slots,
    handlers: Arc<Handlers>,
    jobs: Jobs,
    process: String,
    /// Jobs until now.
    begun: u64,
    stop: CancellationToken,
    /// Ends with the taker.
    work: JoinSet<()>,
    /// Knows when all of it has ended.
    running: TaskTracker,
}

impl Taker {
    async fn take(mut self) {
        let wake = Arc::clone(&self.jobs.wake);
        while !self.stop.is_cancelled() {
            let woken = wake.notified();
            match self.begin_next().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "cannot take a job from the queues"),
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = woken => {}
                Some(_) = self.work.join_next() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while self.work.join_next().await.is_some() {}
    }

    /// Begins the next job that is due in the queues with room; answers whether there was one.
    async fn begin_next(&mut self) -> Result<bool> {
        let kinds = self.handlers.kinds();
        let open: Vec<_> = kinds
            .filter(|kind| self.slots.have_room(kind.queue))
            .collect();
        if open.is_empty() {
            return Ok(false);
        }
        // A new name for each: a worker that was too slow is told from the next one, in the same process, too.
        let name: Arc<str> = format!("{}/{}", self.process, self.begun).into();
        let Some(job) = self.jobs.claim(&name, &open).await? else {
            return Ok(false);
        };
        let Some(entry) = self.handlers.find(&job.kind).cloned() else {
            return Ok(false);
        };
        let slot = self.slots.take(entry.kind.queue);
        let worker = Worker {
            jobs: self.jobs.clone(),
            name,
        };
        self.begun += 1;
        let work = async move {
            worker.work(job, entry).await;
            drop(slot);
        };
        self.work.spawn(self.running.track_future(work));
        Ok(true)
    }
}

/// Room for running jobs, by queue.
struct Slots(BTreeMap<&'static str, Arc<Semaphore>>);

impl Slots {
    fn new(handlers: &Handlers, most: u32) -> Self {
        let queues = handlers.kinds().map(|kind| kind.queue);
        let slots = queues.map(|queue| {
            let room = queue.limit.map_or(most, |limit| limit.min(most));
            (queue.name, Arc::new(Semaphore::new(room as usize)))
        });
        Self(slots.collect())
    }

    fn have_room(&self, queue: Queue) -> bool {
        let slots = self.0.get(queue.name);
        slots.is_some_and(|slots| slots.available_permits() > 0)
    }

    fn take(&self, queue: Queue) -> Option<OwnedSemaphorePermit> {
        let slots = Arc::clone(self.0.get(queue.name)?);
        slots.try_acquire_owned().ok()
    }
}

//! Who does which work.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use migasfree_server_db::args;
use serde_json::Value;

use super::{JobId, Period, Queue};

/// Progress is written this often at most; the first and the last step always are.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// Why work was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may work later: it is tried again, some times.
    #[error("{0}")]
    Retry(String),
    /// It will never work.
    #[error("{0}")]
    Failed(String),
}

impl From<migasfree_server_db::Error> for JobError {
    fn from(error: migasfree_server_db::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

/// Does one kind of work.
pub trait JobHandler: Send + Sync + 'static {
    /// Name of the work, as it is queued.
    const KIND: &'static str;
    /// How often it is queued by itself, with an empty key.
    const PERIOD: Option<Period> = None;

    /// Does the work. It may run again after it was interrupted anywhere.
    fn run(&self, job: JobContext) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Tells whoever waits for the work that it is given up without another attempt.
    fn given_up(&self, _job: Job, _reason: &'static str) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// `job.id`
    pub id: JobId,
    /// Name of the work.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// What else has to be known.
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// A piece of work while it is done.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// The work.
    pub job: Job,
    queue: Queue,
    worker: Arc<str>,
    written: Arc<Mutex<Option<Instant>>>,
}

impl JobContext {
    pub(super) fn new(job: Job, queue: Queue, worker: Arc<str>) -> Self {
        Self {
            job,
            queue,
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
            self.queue
                .db
                .execute(
                    "UPDATE job SET done = $3, total = $4, message = $5 \
                     WHERE id = $1 AND worker = $2 AND state = 'running'",
                    args![
                        self.job.id,
                        &*self.worker,
                        number(done),
                        number(total),
                        message
                    ],
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

type Work = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Run = Arc<dyn Fn(JobContext) -> Work + Send + Sync>;
type Told = Pin<Box<dyn Future<Output = ()> + Send>>;
type GivenUp = Arc<dyn Fn(Job, &'static str) -> Told + Send + Sync>;

/// All handlers, by kind.
#[derive(Clone, Default)]
pub struct Handlers {
    runs: BTreeMap<&'static str, Run>,
    given_up: BTreeMap<&'static str, GivenUp>,
    periods: Vec<(&'static str, Period)>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs.keys()).finish()
    }
}

impl Handlers {
    /// Adds a handler.
    #[must_use]
    pub fn with<H: JobHandler>(mut self, handler: H) -> Self {
        let handler = Arc::new(handler);
        let teller = Arc::clone(&handler);
        let given_up: GivenUp = Arc::new(move |job, reason| {
            let teller = Arc::clone(&teller);
            Box::pin(async move { teller.given_up(job, reason).await })
        });
        self.given_up.insert(H::KIND, given_up);
        let run: Run = Arc::new(move |context| {
            let handler = Arc::clone(&handler);
            Box::pin(async move { handler.run(context).await })
        });
        self.runs.insert(H::KIND, run);
        self.periods
            .extend(H::PERIOD.map(|period| (H::KIND, period)));
        self
    }

    pub(super) fn find(&self, kind: &str) -> Option<&Run> {
        self.runs.get(kind)
    }

    pub(super) fn find_given_up(&self, kind: &str) -> Option<&GivenUp> {
        self.given_up.get(kind)
    }

    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.runs.keys().copied().collect()
    }

    pub(super) fn periods(&self) -> &[(&'static str, Period)] {
        &self.periods
    }
}

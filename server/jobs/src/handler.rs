//! Who does which work.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use migasfree_server_db::{self as db, Result};

use super::job::{Kind, Stored};
use super::{Job, JobContext, Period};

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

impl From<db::Error> for JobError {
    fn from(error: db::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

/// Does one kind of work.
pub trait JobHandler: Send + Sync + 'static {
    /// The work.
    type Job: Job;

    /// Does it. It may run again after it was interrupted anywhere.
    fn run(
        &self,
        job: Self::Job,
        context: JobContext,
    ) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Tells whoever waits for the work that it is given up without another attempt.
    fn given_up(&self, _job: Self::Job, _reason: &'static str) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler, whatever its jobs are made of: it reads them itself.
pub(super) trait AnyHandler: Send + Sync {
    fn start(self: Arc<Self>, payload: &str, context: JobContext) -> Boxed<Result<(), JobError>>;

    fn give_up(self: Arc<Self>, payload: &str, reason: &'static str) -> Boxed<()>;

    /// The job that comes back by itself.
    fn periodic(&self) -> Result<Option<(Period, Stored)>>;
}

impl<H: JobHandler> AnyHandler for H {
    fn start(self: Arc<Self>, payload: &str, context: JobContext) -> Boxed<Result<(), JobError>> {
        let job = serde_json::from_str::<H::Job>(payload);
        Box::pin(async move {
            match job {
                Ok(job) => self.run(job, context).await,
                Err(error) => Err(JobError::Failed(format!(
                    "given up: another version of the server queued this work, and it cannot be read ({error})"
                ))),
            }
        })
    }

    fn give_up(self: Arc<Self>, payload: &str, reason: &'static str) -> Boxed<()> {
        let job = serde_json::from_str::<H::Job>(payload);
        Box::pin(async move {
            if let Ok(job) = job {
                self.given_up(job, reason).await;
            }
        })
    }

    fn periodic(&self) -> Result<Option<(Period, Stored)>> {
        let Some((period, job)) = <H::Job as Job>::PERIOD else {
            return Ok(None);
        };
        Ok(Some((period, Stored::of(&job)?)))
    }
}

/// A kind of work, and who does it.
#[derive(Clone)]
pub(super) struct Entry {
    pub kind: Kind,
    pub handler: Arc<dyn AnyHandler>,
}

/// All handlers, by kind.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Entry>);

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Handlers {
    /// Adds a handler.
    #[must_use]
    pub fn with<H: JobHandler>(mut self, handler: H) -> Self {
        let entry = Entry {
            kind: Kind::of::<H::Job>(),
            handler: Arc::new(handler),
        };
        self.0.insert(entry.kind.name, entry);
        self
    }

    pub(super) fn find(&self, kind: &str) -> Option<&Entry> {
        self.0.get(kind)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.0.values()
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.all().map(|entry| entry.kind)
    }
}

//! How jobs end.

use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::Error;

use super::computer::Computer;
use super::jobs::{Done, Jobs};
use super::news::{Happened, News};
use super::tasks::Tasks;
use crate::job::ResultCode;

/// How long the object of a finished job stays.
const AFTERLIFE: Duration = Duration::from_secs(60);

/// Closes jobs.
#[derive(Debug, Clone)]
pub struct Ending {
    pub(super) computer: Arc<Computer>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Ending {
    /// Closes a job: record, signals, and its object goes away later.
    pub async fn end(&self, id: u64, done: Done) {
        self.jobs.finish(id, done, self.computer.now());
        self.tell(id).await;
    }

    /// Stops a job: one that waits is over at once, one that runs is asked to end.
    pub async fn cancel(&self, id: u64, by: ResultCode) -> Result<(), Error> {
        if self.jobs.cancel(id, by, self.computer.now())? {
            self.tell(id).await;
        } else {
            self.news.tell(Happened::JobChanged(id)).await;
        }
        Ok(())
    }

    /// Tells that a job is over and takes its object away later.
    async fn tell(&self, id: u64) {
        self.news.tell(Happened::JobFinished(id)).await;
        let (jobs, news) = (Arc::clone(&self.jobs), self.news.clone());
        self.tasks.start("afterlife", async move {
            tokio::time::sleep(AFTERLIFE).await;
            news.tell(Happened::JobRemoved(id)).await;
            jobs.prune(id);
        });
    }
}

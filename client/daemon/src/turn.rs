//! The turn of one job: whether it may still be done, what it means by now, its work, and its end.

use std::sync::Arc;

use super::access::Access;
use super::aftermath::Aftermath;
use super::catalog::Catalog;
use super::computer::Computer;
use super::ending::Ending;
use super::jobs::{Done, Jobs, Task};
use super::resolve::{packages_of, resolve};
use super::rights::{asker, still_allowed};
use super::schedule::Schedule;
use super::workers::Workers;

/// Takes a job from the moment it runs to its end.
#[derive(Debug, Clone)]
pub struct Turn {
    pub(super) computer: Arc<Computer>,
    pub(super) access: Arc<Access>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) schedule: Arc<Schedule>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) workers: Workers,
    pub(super) ending: Ending,
    pub(super) aftermath: Aftermath,
}

impl Turn {
    /// Does a job.
    pub async fn run(&self, id: u64) {
        let Ok(task) = self.jobs.with(id, |job| job.stored.task.clone()) else {
            return;
        };
        let done = match self.run_if_allowed(id, &task).await {
            Ok(done) | Err(done) => done,
        };
        self.finish(id, done).await;
    }

    /// Rights and policies are those of now, not of the moment it was asked for.
    async fn run_if_allowed(&self, id: u64, task: &Task) -> Result<Done, Done> {
        still_allowed(&self.access, &self.catalog, &self.jobs, id, task).await?;
        if let Task::Register { user } = task {
            return Ok(self.workers.register(id, user).await);
        }
        let asker = asker(&self.access, &self.jobs, id).await;
        let work = resolve(task, asker, &self.computer, &self.catalog, &self.schedule)?;
        if let Some(names) = packages_of(&work) {
            let _ = self.jobs.with(id, |job| job.view.packages = names);
        }
        Ok(self.workers.perform(id, &work).await)
    }

    /// Goes on with a job of an earlier daemon. A registration lived in that, and died with it.
    pub async fn resume(&self, id: u64) {
        let lived_in_the_daemon = self
            .jobs
            .with(id, |job| matches!(job.stored.task, Task::Register { .. }));
        let done = match lived_in_the_daemon {
            Ok(true) => Done::interrupted(),
            _ => self.workers.resume(id).await,
        };
        self.finish(id, done).await;
    }

    /// Closes a job that ran, and does what follows from it.
    async fn finish(&self, id: u64, done: Done) {
        let Ok(task) = self.jobs.with(id, |job| job.stored.task.clone()) else {
            return;
        };
        let (code, wants_restart) = (done.code, done.reboot);
        self.aftermath.before_it_is_told(&task, &done).await;
        self.ending.end(id, done).await;
        self.aftermath.of(id, &task, code, wants_restart).await;
    }
}

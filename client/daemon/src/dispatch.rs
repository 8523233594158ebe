//! Runs jobs, one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::access::Access;
use super::aftermath::Aftermath;
use super::catalog::Catalog;
use super::computer::Computer;
use super::desk::Desk;
use super::ending::Ending;
use super::hold::Holds;
use super::jobs::{Done, Jobs, Task};
use super::news::{Happened, News};
use super::resolve::{packages_of, resolve};
use super::rights::{asker, still_allowed};
use super::runner::Runner;
use super::schedule::Schedule;
use super::workers::Workers;

/// How often is looked at jobs that are held back.
const HELD_LOOK: Duration = Duration::from_secs(60);

/// Gives jobs their turn, from the queue to their end.
#[derive(Debug, Clone)]
pub struct Dispatch {
    pub(super) computer: Arc<Computer>,
    pub(super) access: Arc<Access>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) runner: Arc<Runner>,
    pub(super) holds: Arc<Holds>,
    pub(super) schedule: Arc<Schedule>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) desk: Desk,
    pub(super) workers: Workers,
    pub(super) ending: Ending,
    pub(super) aftermath: Aftermath,
    pub(super) news: News,
}

impl Dispatch {
    /// Runs jobs one after the other, for ever. Begins with those that an earlier daemon left running.
    pub async fn run_jobs(self) {
        for id in self.jobs.left_running() {
            self.jobs.start_again(id);
            self.news.tell(Happened::ManagerChanged).await;
            let _alone = self.runner.writing.lock().await;
            self.resume_job(id).await;
        }
        // Work without a daemon leaves no job to go on with.
        if self.computer.engine().awaits_repair() {
            self.desk.repair().await;
        }
        loop {
            self.runner.pulse.answer();
            let woken = self.runner.wake.notified();
            match self.jobs.start_next(self.computer.now(), self.holds.any()) {
                Some(id) => {
                    let _alone = self.runner.writing.lock().await;
                    self.run(id).await;
                }
                // Work that is held back passes when it is overdue.
                None if self.holds.any() => {
                    let _ = tokio::time::timeout(HELD_LOOK, woken).await;
                }
                None => woken.await,
            }
        }
    }

    async fn run(&self, id: u64) {
        self.news.tell(Happened::QueueChanged).await;
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
    async fn resume_job(&self, id: u64) {
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

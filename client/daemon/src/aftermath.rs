//! What follows from the end of a job.

use std::sync::Arc;
use std::time::Duration;

use super::actions::Actions;
use super::computer::Computer;
use super::contact::Contact;
use super::desk::Desk;
use super::jobs::{Done, Task};
use super::news::{Happened, News};
use super::refresh::Refresh;
use super::schedule::{Schedule, random};
use super::stock::Stock;
use super::tasks::Tasks;
use crate::job::{JobResult, ResultCode};
use crate::sync::Scope;

/// Has the rest of the daemon learn from jobs that ran.
#[derive(Debug, Clone)]
pub struct Aftermath {
    pub(super) computer: Arc<Computer>,
    pub(super) schedule: Arc<Schedule>,
    pub(super) contact: Contact,
    pub(super) stock: Stock,
    pub(super) refresh: Refresh,
    pub(super) desk: Desk,
    pub(super) actions: Actions,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Aftermath {
    /// What is true as soon as the end is told, so that who hears of it finds the new states.
    pub async fn before_it_is_told(&self, task: &Task, done: &Done) {
        if let Task::Sync {
            scope: Scope::Full, ..
        } = task
        {
            self.schedule.ended(done, self.computer.now(), random());
        }
        if let (Task::Register { .. }, Some(seconds)) = (task, done.retry_after) {
            let wait = Duration::from_secs(seconds);
            self.schedule.postpone(wait, self.computer.now());
        }
        if task.asks_server() {
            let saturated = done.retry_after.is_some();
            self.contact.heard_of_job(done.code, saturated).await;
        }
        let went = done.code.result();
        if matches!(task, Task::Tags { .. })
            && matches!(went, JobResult::Success | JobResult::Partial)
        {
            self.refresh.tags().await;
        }
        let knows = matches!(
            task,
            Task::Register { .. }
                | Task::Sync {
                    scope: Scope::Full,
                    ..
                }
        );
        if knows && matches!(went, JobResult::Success | JobResult::Partial) {
            self.refresh.first().await;
        }
        if task.refreshes() && went == JobResult::Success {
            self.schedule.refreshed(self.computer.now());
        }
        if task.changes_packages() {
            self.stock.look().await;
        }
    }

    /// What is done because of it.
    pub async fn of(&self, id: u64, task: &Task, code: ResultCode, wants_restart: bool) {
        if wants_restart {
            self.news.tell(Happened::RestartWanted(id)).await;
        }
        if code == ResultCode::Interrupted && task.changes_packages() && *task != Task::Repair {
            self.desk.repair().await;
        }
        self.actions.after(id, task).await;
        if matches!(
            task,
            Task::Sync { .. } | Task::Refresh { .. } | Task::Tags { .. } | Task::Register { .. }
        ) {
            let refresh = self.refresh.clone();
            self.tasks
                .start("refresh", async move { refresh.all().await });
        }
    }
}

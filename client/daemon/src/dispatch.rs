//! Runs jobs, one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::computer::Computer;
use super::desk::Desk;
use super::hold::Holds;
use super::jobs::Jobs;
use super::news::{Happened, News};
use super::runner::Runner;
use super::turn::Turn;

/// How often is looked at jobs that are held back.
const HELD_LOOK: Duration = Duration::from_secs(60);

/// Gives jobs their turn.
#[derive(Debug, Clone)]
pub struct Dispatch {
    pub(super) computer: Arc<Computer>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) runner: Arc<Runner>,
    pub(super) holds: Arc<Holds>,
    pub(super) desk: Desk,
    pub(super) turn: Turn,
    pub(super) news: News,
}

impl Dispatch {
    /// Runs jobs one after the other, for ever. Begins with those that an earlier daemon left running.
    pub async fn run_jobs(self) {
        for id in self.jobs.left_running() {
            self.jobs.start_again(id);
            self.news.tell(Happened::ManagerChanged).await;
            let _alone = self.runner.writing.lock().await;
            self.turn.resume(id).await;
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
                    self.news.tell(Happened::QueueChanged).await;
                    self.turn.run(id).await;
                }
                // Work that is held back passes when it is overdue.
                None if self.holds.any() => {
                    let _ = tokio::time::timeout(HELD_LOOK, woken).await;
                }
                None => woken.await,
            }
        }
    }
}

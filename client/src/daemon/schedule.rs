//! When the daemon synchronises by itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::catalog;
use super::core::Core;
use super::jobs::{NewJob, Task};
use crate::job::{JobResult, ResultCode};
use crate::sync::Scope;

/// After a start of the computer, seconds; a random part of [`BOOT_SPREAD`] comes on top.
const AFTER_BOOT: i64 = 5 * 60;
const BOOT_SPREAD: i64 = 10 * 60;
/// Between two synchronisations, seconds; 10 % more or less at random.
const INTERVAL: i64 = 24 * 3600;
/// After failures, seconds.
const RETRIES: [i64; 3] = [5 * 60, 15 * 60, 60 * 60];

/// What the schedule remembers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    boot: String,
    next: i64,
    failures: usize,
    last: i64,
    last_result: String,
}

/// The next synchronisation, kept over restarts.
#[derive(Debug)]
pub struct Schedule {
    path: PathBuf,
    memory: Mutex<Memory>,
    changed: tokio::sync::Notify,
}

impl Schedule {
    /// Reads what is on disk.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        Self {
            memory: Mutex::new(catalog::read(path)),
            path: path.to_path_buf(),
            changed: tokio::sync::Notify::new(),
        }
    }

    /// When it is time, Unix seconds; 0 for never.
    #[must_use]
    pub fn next(&self) -> i64 {
        self.lock().next
    }

    /// End of the last synchronisation, Unix seconds, and its result; 0 and empty for never.
    #[must_use]
    pub fn last(&self) -> (i64, String) {
        let memory = self.lock();
        (memory.last, memory.last_result.clone())
    }

    /// The daemon starts: after a start of the computer the next synchronisation is near, else it stays when it was.
    pub fn begin(&self, boot: &str, now: i64, random: f64) {
        self.change(|memory| {
            if memory.boot != boot || memory.next == 0 {
                memory.boot = boot.to_owned();
                memory.next = now + AFTER_BOOT + share(BOOT_SPREAD, random);
            }
        });
    }

    /// A full synchronisation ended.
    pub fn ended(&self, code: ResultCode, now: i64, random: f64) {
        self.change(|memory| {
            memory.last = now;
            memory.last_result = code.result().as_str().to_owned();
            let well = matches!(code.result(), JobResult::Success | JobResult::Partial);
            let wait = if well {
                memory.failures = 0;
                INTERVAL - INTERVAL / 10 + share(INTERVAL / 5, random)
            } else {
                memory.failures += 1;
                RETRIES[memory.failures.min(RETRIES.len()) - 1]
            };
            memory.next = now + wait;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Memory)) {
        {
            let mut memory = self.lock();
            change(&mut memory);
            if let Err(error) = catalog::write(&self.path, &*memory) {
                tracing::warn!(%error, "the schedule could not be kept");
            }
        }
        self.changed.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part of `whole`; `random` is between 0 and 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "seconds of a day"
)]
fn share(whole: i64, random: f64) -> i64 {
    (whole as f64 * random) as i64
}

/// A number between 0 and 1.
#[must_use]
pub fn random() -> f64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    #[expect(clippy::cast_precision_loss, reason = "only a share is wanted")]
    let share = (high >> 11) as f64 / (1u64 << 53) as f64;
    share
}

impl Core {
    /// Synchronises when it is time, for ever.
    pub async fn keep_schedule(self: Arc<Self>) {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        self.schedule.begin(boot.trim(), self.now(), random());
        loop {
            let changed = self.schedule.changed.notified();
            let wait = u64::try_from(self.schedule.next() - self.now()).unwrap_or_default();
            if wait == 0 {
                self.synchronise_by_itself().await;
                changed.await;
                continue;
            }
            // A suspended computer does not count the time: look again now and then.
            let nap = Duration::from_secs(wait.min(3600));
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                () = changed => {}
            }
        }
    }

    async fn synchronise_by_itself(self: &Arc<Self>) {
        if !self.engine.identity().registered {
            self.schedule
                .ended(ResultCode::Server, self.now(), random());
            return;
        }
        let new = NewJob {
            task: Task::Sync {
                scope: Scope::Full,
                reason: "timer".into(),
                force_upgrade: false,
            },
            origin: "timer",
            owner_uid: 0,
            background: true,
        };
        if self.jobs.joinable(0, &new.task).is_none()
            && let Err(error) = self.submit(new).await
        {
            tracing::error!(%error, "the synchronisation could not be queued");
            self.schedule
                .ended(ResultCode::Internal, self.now(), random());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn schedule(folder: &tempfile::TempDir) -> Schedule {
        Schedule::open(&folder.path().join("schedule.json"))
    }

    #[test]
    fn a_start_of_the_computer_brings_the_next_one_near_and_a_restart_of_the_daemon_does_not() {
        let folder = tempfile::tempdir().unwrap();
        schedule(&folder).begin("boot-1", 1000, 0.5);
        assert_eq!(schedule(&folder).next(), 1000 + 600);
        schedule(&folder).begin("boot-1", 1200, 0.0);
        assert_eq!(schedule(&folder).next(), 1600);
        schedule(&folder).begin("boot-2", 5000, 0.0);
        assert_eq!(schedule(&folder).next(), 5300);
    }

    #[test]
    fn failures_wait_longer_and_longer_until_one_goes_well() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = schedule(&folder);
        for wait in [300, 900, 3600, 3600] {
            schedule.ended(ResultCode::Offline, 0, 0.5);
            assert_eq!(schedule.next(), wait);
        }
        schedule.ended(ResultCode::Ok, 0, 0.5);
        assert_eq!(schedule.next(), INTERVAL);
        assert_eq!(schedule.last(), (0, "success".into()));
        schedule.ended(ResultCode::Offline, 0, 0.5);
        assert_eq!(schedule.next(), 300);
    }
}

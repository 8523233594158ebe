//! When the next synchronisation is, kept over restarts.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

use super::jobs::Done;
use super::store;
use crate::clock::is_younger;
use crate::job::{JobResult, ResultCode};

/// After a start of the computer, seconds; a random part of [`BOOT_SPREAD`] comes on top.
const AFTER_BOOT: i64 = 5 * 60;
const BOOT_SPREAD: i64 = 10 * 60;
/// Between two synchronisations, seconds; 10 % more or less at random.
const INTERVAL: i64 = 24 * 3600;
/// After somebody logged in, seconds, if the last one is as old as [`LOGIN_AGE`]: attributes depend on the person.
const AFTER_LOGIN: i64 = 30;
const LOGIN_AGE: i64 = 60 * 60;
/// Package lists younger than this are as good as new, seconds.
const FRESH: i64 = 15 * 60;
/// Two synchronisations are never further apart, seconds. What is planned for later was planned by a wrong clock.
const LONGEST: i64 = INTERVAL + INTERVAL / 10;
/// A server that says "later" is left alone at least this long, seconds, whatever it says.
const SHORTEST_DELAY: i64 = 60;
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
    last_reason: Option<Message>,
    refreshed: i64,
    login: bool,
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
            memory: Mutex::new(store::read(path)),
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

    /// Why the last synchronisation ended so; `None` where there is nothing to say.
    #[must_use]
    pub fn last_reason(&self) -> Option<Message> {
        self.lock().last_reason.clone()
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
    pub fn ended(&self, done: &Done, now: i64, random: f64) {
        let code = done.code;
        self.change(|memory| {
            memory.last = now;
            memory.last_reason = done.said.as_deref().cloned();
            memory.last_result = code.result().as_str().to_owned();
            // Lists of packages that did not come are worth another try soon.
            let well = matches!(code.result(), JobResult::Success | JobResult::Partial)
                && code != ResultCode::MetadataFailed;
            let wait = if well {
                memory.failures = 0;
                INTERVAL - INTERVAL / 10 + share(INTERVAL / 5, random)
            } else if let Some(seconds) = done.retry_after {
                delay(seconds)
            } else {
                memory.failures += 1;
                RETRIES[memory.failures.min(RETRIES.len()) - 1]
            };
            memory.next = now + wait;
            memory.login = false;
        });
    }

    /// It could not even be begun: looks again later.
    pub fn missed(&self, now: i64) {
        self.change(|memory| {
            memory.failures += 1;
            memory.next = now + RETRIES[memory.failures.min(RETRIES.len()) - 1];
            memory.login = false;
        });
    }

    /// The server has no time now: nothing was begun.
    pub fn postpone(&self, retry_after: Duration, now: i64) {
        self.change(|memory| {
            memory.next = now + delay(retry_after.as_secs());
            memory.login = false;
        });
    }

    /// Sets right what a wrong clock wrote down: nothing has happened in the future, and nothing is planned for later
    /// than it would ever be.
    pub fn correct_clock(&self, now: i64) {
        let memory = self.lock().clone();
        let planned = memory.next > now + LONGEST;
        if planned || memory.last > now || memory.refreshed > now {
            tracing::warn!("the clock was changed; the schedule follows it");
            self.change(|memory| {
                if planned {
                    memory.next = now + AFTER_BOOT;
                }
                memory.last = memory.last.min(now);
                if memory.refreshed > now {
                    memory.refreshed = 0;
                }
            });
        }
    }

    /// Somebody logged in: brings the next one near, unless the last one is recent or the next one is nearer.
    pub fn logged_in(&self, now: i64) {
        self.correct_clock(now);
        let next = now + AFTER_LOGIN;
        let memory = self.lock().clone();
        if now - memory.last > LOGIN_AGE && (memory.next == 0 || next < memory.next) {
            self.change(|memory| {
                memory.next = next;
                memory.login = true;
            });
        }
    }

    /// Whether the next one is because somebody logged in.
    #[must_use]
    pub fn is_for_login(&self) -> bool {
        self.lock().login
    }

    /// Resolves when the next one is at another time than before.
    pub fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    /// The package lists were fetched.
    pub fn refreshed(&self, now: i64) {
        self.change(|memory| memory.refreshed = now);
    }

    /// Whether the package lists are as good as new.
    #[must_use]
    pub fn is_fresh(&self, now: i64) -> bool {
        is_younger(now, self.lock().refreshed, FRESH)
    }

    fn change(&self, change: impl FnOnce(&mut Memory)) {
        {
            let mut memory = self.lock();
            change(&mut memory);
            if let Err(error) = store::write(&self.path, &*memory) {
                tracing::warn!(%error, "the schedule could not be kept");
            }
        }
        self.changed.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait when a server asks for it.
fn delay(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(INTERVAL)
        .clamp(SHORTEST_DELAY, INTERVAL)
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
    let (high, _) = crate::random::uuid().as_u64_pair();
    #[expect(clippy::cast_precision_loss, reason = "only a share is wanted")]
    let share = (high >> 11) as f64 / (1u64 << 53) as f64;
    share
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ended(schedule: &Schedule, code: ResultCode, retry_after: Option<u64>, now: i64) {
        let done = Done {
            retry_after,
            ..Done::new(code)
        };
        schedule.ended(&done, now, 0.5);
    }

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
            ended(&schedule, ResultCode::Offline, None, 0);
            assert_eq!(schedule.next(), wait);
        }
        ended(&schedule, ResultCode::Ok, None, 0);
        assert_eq!(schedule.next(), INTERVAL);
        assert_eq!(schedule.last(), (0, "success".into()));
        ended(&schedule, ResultCode::Offline, None, 0);
        assert_eq!(schedule.next(), 300);
    }

    #[test]
    fn why_the_last_one_failed_is_remembered_until_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let failed = Done::saying(ResultCode::Offline, Message::verbatim("no route"));
        schedule(&folder).ended(&failed, 7, 0.5);
        assert_eq!(schedule(&folder).last(), (7, "failed".into()));
        let reason = schedule(&folder).last_reason().unwrap();
        assert_eq!(reason.text, "no route");
        ended(&schedule(&folder), ResultCode::Ok, None, 8);
        assert_eq!(schedule(&folder).last_reason(), None);
    }

    #[test]
    fn a_busy_server_says_when_it_has_time() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = schedule(&folder);
        ended(&schedule, ResultCode::Offline, Some(420), 1000);
        assert_eq!(schedule.next(), 1420);
        for hurry in [0, 1] {
            ended(&schedule, ResultCode::Offline, Some(hurry), 1000);
            assert_eq!(schedule.next(), 1060);
            schedule.postpone(Duration::from_secs(hurry), 2000);
            assert_eq!(schedule.next(), 2060);
        }
        schedule.postpone(Duration::MAX, 1000);
        assert_eq!(schedule.next(), 1000 + INTERVAL);
    }

    #[test]
    fn lists_that_did_not_come_are_tried_again_soon() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = schedule(&folder);
        ended(&schedule, ResultCode::MetadataFailed, None, 0);
        assert_eq!(schedule.next(), 300);
        assert_eq!(schedule.last(), (0, "partial".into()));
    }

    #[test]
    fn a_clock_that_was_wrong_once_does_not_put_the_next_one_off_for_years() {
        let folder = tempfile::tempdir().unwrap();
        let (now, wrong) = (1_000_000, 100_000_000);
        let schedule = schedule(&folder);
        ended(&schedule, ResultCode::Ok, None, wrong);
        schedule.refreshed(wrong);
        schedule.correct_clock(now);
        assert_eq!(schedule.next(), now + AFTER_BOOT);
        assert_eq!(schedule.last().0, now);
        assert!(!schedule.is_fresh(now));
        schedule.ended(&Done::new(ResultCode::Ok), now, 0.99);
        let planned = schedule.next();
        schedule.correct_clock(now);
        assert_eq!(schedule.next(), planned);
    }

    #[test]
    fn a_login_brings_the_next_one_near_unless_the_last_one_is_recent() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = schedule(&folder);
        ended(&schedule, ResultCode::Ok, None, 10_000);
        let later = schedule.next();
        schedule.logged_in(10_000 + 60);
        assert_eq!(schedule.next(), later);
        schedule.logged_in(20_000);
        assert_eq!(schedule.next(), 20_030);
        schedule.logged_in(20_010);
        assert_eq!(schedule.next(), 20_030);
    }

    #[test]
    fn package_lists_are_fresh_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = schedule(&folder);
        assert!(!schedule.is_fresh(5000));
        schedule.refreshed(5000);
        assert!(schedule.is_fresh(5000 + 60));
        assert!(!schedule.is_fresh(5000 + 3600));
    }
}

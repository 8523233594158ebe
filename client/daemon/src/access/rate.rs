//! How much one user may ask for (section 27.10 of the interface).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use migasfree_dbus::Error;

use super::caller::Caller;
use crate::texts::Text;

const WRITES: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Jobs of one user that wait.
pub const QUEUED_JOBS: usize = 5;
/// Subscriptions of one user.
pub const SUBSCRIBERS: usize = 20;

/// Counts the writes of each user. Root is not counted.
#[derive(Debug, Default)]
pub struct Limits {
    writes: Mutex<HashMap<u32, VecDeque<Instant>>>,
}

impl Limits {
    /// Counts a write, or refuses it when there were too many in the last minute.
    pub fn write(&self, caller: &Caller) -> Result<(), Error> {
        self.write_at(caller, Instant::now())
    }

    fn write_at(&self, caller: &Caller, now: Instant) -> Result<(), Error> {
        if caller.is_root() {
            return Ok(());
        }
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = writes.entry(caller.uid).or_default();
        while recent
            .front()
            .is_some_and(|at| now.saturating_duration_since(*at) >= WINDOW)
        {
            recent.pop_front();
        }
        if recent.len() >= WRITES {
            return Err(Error::LimitExceeded(
                Text::LimitWrites.with([WRITES.into()]),
            ));
        }
        recent.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn user(uid: u32) -> Caller {
        Caller {
            name: None,
            uid,
            pid: 1,
        }
    }

    #[test]
    fn the_eleventh_write_of_a_minute_is_refused() {
        let limits = Limits::default();
        let now = Instant::now();
        for _ in 0..WRITES {
            limits.write_at(&user(1000), now).unwrap();
        }
        let refused = limits.write_at(&user(1000), now).unwrap_err();
        assert_eq!(refused.code(), Some("LimitExceeded"));
        limits.write_at(&user(1001), now).unwrap();
        limits.write_at(&user(1000), now + WINDOW).unwrap();
    }

    #[test]
    fn root_is_not_counted() {
        let limits = Limits::default();
        for _ in 0..100 {
            limits.write(&user(0)).unwrap();
        }
    }
}

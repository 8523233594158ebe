//! Limits on how often something may happen. Our own: what succeeded is given back and only looked at here, which
//! `governor` cannot.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migasfree_server_db::{Ts, clock::Clock};
use tokio::sync::Notify;

/// Above this many keys the finished ones are forgotten.
const PRUNE_ABOVE: usize = 4096;

/// Something happened too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Seconds until it may happen again.
    pub retry_after: u64,
}

/// Counts events by key in fixed windows. A limit of zero means no limit.
#[derive(Debug)]
pub struct Limiter {
    clock: Arc<dyn Clock>,
    limit: u32,
    window_seconds: i64,
    counts: Mutex<HashMap<String, Count>>,
    /// An attempt has ended.
    ended: Notify,
}

/// An event that was counted.
#[derive(Debug)]
pub struct Taken {
    /// When its window began.
    since: i64,
}

/// Something under way that will count if it fails. Dropped, it never was.
#[derive(Debug)]
pub struct Attempt<'a> {
    limiter: &'a Limiter,
    key: String,
}

impl Attempt<'_> {
    /// It counts.
    pub fn failed(self) {
        self.limiter.change(&self.key, |count| count.events += 1);
    }

    /// It does not count, and neither does any that failed before it.
    pub fn succeeded(self) {
        self.limiter.change(&self.key, |count| count.events = 0);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut counts = self.limiter.counts();
        if let Some(count) = counts.get_mut(&self.key) {
            count.open -= 1;
            if count.open == 0 && count.events == 0 {
                counts.remove(&self.key);
            }
        }
        drop(counts);
        self.limiter.ended.notify_waiters();
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: i64,
    events: u32,
    /// Attempts under way.
    open: u32,
}

impl Limiter {
    /// At most `limit` events in `window_seconds`.
    pub fn new(clock: Arc<dyn Clock>, limit: u32, window_seconds: i64) -> Self {
        Self {
            clock,
            limit,
            window_seconds,
            counts: Mutex::default(),
            ended: Notify::new(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, key: &str, change: impl FnOnce(&mut Count)) {
        if let Some(count) = self.counts().get_mut(key) {
            change(count);
        }
    }

    /// The count of the window that `now` is in.
    fn current<'a>(
        &self,
        counts: &'a mut HashMap<String, Count>,
        key: &str,
        now: i64,
    ) -> Result<&'a mut Count, Exceeded> {
        if counts.len() > PRUNE_ABOVE {
            counts.retain(|_, count| count.open > 0 || now - count.since < self.window_seconds);
        }
        let new = Count {
            since: now,
            events: 0,
            open: 0,
        };
        let count = counts.entry(key.to_owned()).or_insert(new);
        let left = self.window_seconds - (now - count.since);
        match u64::try_from(left) {
            Ok(retry_after) if retry_after > 0 => {
                if count.events >= self.limit {
                    return Err(Exceeded { retry_after });
                }
            }
            _ => {
                count.since = now;
                count.events = 0;
            }
        }
        Ok(count)
    }

    /// Begins something that counts if it fails. No more are under way than may still fail: the others wait, so that many
    /// at once find out no more than one after the other.
    ///
    /// # Errors
    /// [`Exceeded`] when the limit of this window is reached.
    pub async fn attempt(&self, key: &str) -> Result<Attempt<'_>, Exceeded> {
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            if self.begin(key)? {
                return Ok(Attempt {
                    limiter: self,
                    key: key.to_owned(),
                });
            }
            ended.await;
        }
    }

    fn begin(&self, key: &str) -> Result<bool, Exceeded> {
        if self.limit == 0 {
            return Ok(true);
        }
        let now = self.clock.now().seconds();
        let mut counts = self.counts();
        let count = self.current(&mut counts, key, now)?;
        let is_free = count.events + count.open < self.limit;
        if is_free {
            count.open += 1;
        }
        Ok(is_free)
    }

    /// Counts an event, unless there were too many already.
    ///
    /// # Errors
    /// [`Exceeded`] when the limit of this window is reached.
    pub fn hit(&self, key: &str) -> Result<(), Exceeded> {
        self.take(key).map(drop)
    }

    /// The same for an event that is given back if it turns out not to count. Until then it does, so that many at once
    /// are no more than one after the other.
    ///
    /// # Errors
    /// [`Exceeded`] when the limit of this window is reached.
    pub fn take(&self, key: &str) -> Result<Taken, Exceeded> {
        let now = self.clock.now().seconds();
        if self.limit == 0 {
            return Ok(Taken { since: now });
        }
        let mut counts = self.counts();
        let count = self.current(&mut counts, key, now)?;
        count.events += 1;
        Ok(Taken { since: count.since })
    }

    /// Counts an event no longer.
    pub fn give_back(&self, key: &str, taken: Taken) {
        self.change(key, |count| {
            if count.since == taken.since {
                count.events = count.events.saturating_sub(1);
            }
        });
    }

    /// Begins to count anew, where counting began before this time; answers whether it does.
    pub fn forget(&self, key: &str, before: Ts) -> bool {
        let mut forgotten = false;
        self.change(key, |count| {
            forgotten = count.since < before.seconds();
            if forgotten {
                count.since = before.seconds();
                count.events = 0;
            }
        });
        forgotten
    }

    /// Whether one more event would be allowed.
    ///
    /// # Errors
    /// [`Exceeded`] when the limit of this window is reached.
    pub fn check(&self, key: &str) -> Result<(), Exceeded> {
        let now = self.clock.now().seconds();
        match self.counts().get(key) {
            Some(count) if self.limit > 0 && count.events >= self.limit => {
                let left = self.window_seconds - (now - count.since);
                match u64::try_from(left) {
                    Ok(seconds) if seconds > 0 => Err(Exceeded {
                        retry_after: seconds,
                    }),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use migasfree_server_db::clock::ManualClock;

    #[test]
    fn the_limit_holds_for_a_window_and_for_one_key() {
        let clock = Arc::new(ManualClock::at(Ts::from_seconds(1000)));
        let limiter = Limiter::new(clock.clone(), 2, 60);
        assert_eq!(limiter.hit("a"), Ok(()));
        assert_eq!(limiter.hit("a"), Ok(()));
        clock.advance(Duration::from_secs(20));
        assert_eq!(limiter.hit("a"), Err(Exceeded { retry_after: 40 }));
        assert_eq!(limiter.hit("b"), Ok(()));
        clock.advance(Duration::from_secs(40));
        assert_eq!(limiter.hit("a"), Ok(()));
    }

    #[test]
    fn what_is_given_back_leaves_room_in_its_own_window_alone() {
        let clock = Arc::new(ManualClock::at(Ts::from_seconds(1000)));
        let limiter = Limiter::new(clock.clone(), 1, 60);
        let taken = limiter.take("a").unwrap();
        assert!(
            limiter.take("a").is_err(),
            "it counts until it is given back"
        );
        limiter.give_back("a", taken);
        let taken = limiter.take("a").unwrap();
        clock.advance(Duration::from_secs(60));
        assert_eq!(limiter.hit("a"), Ok(()));
        limiter.give_back("a", taken);
        assert!(limiter.hit("a").is_err(), "that window is over");
    }

    #[test]
    fn what_is_forgotten_counts_anew_once() {
        let clock = Arc::new(ManualClock::at(Ts::from_seconds(1000)));
        let limiter = Limiter::new(clock.clone(), 1, 60);
        limiter.hit("a").unwrap();
        assert!(!limiter.forget("a", Ts::from_seconds(1000)));
        clock.advance(Duration::from_secs(5));
        assert!(limiter.forget("a", Ts::from_seconds(1003)));
        limiter.hit("a").unwrap();
        assert!(!limiter.forget("a", Ts::from_seconds(1003)));
        assert!(limiter.hit("a").is_err());
    }

    #[tokio::test]
    async fn no_more_attempts_are_under_way_than_may_still_fail() {
        let clock = Arc::new(ManualClock::at(Ts::from_seconds(1000)));
        let limiter = Limiter::new(clock, 2, 60);
        let first = limiter.attempt("a").await.unwrap();
        let second = limiter.attempt("a").await.unwrap();
        let mut third = std::pin::pin!(limiter.attempt("a"));
        assert!(
            tokio::time::timeout(Duration::from_millis(20), &mut third)
                .await
                .is_err(),
            "it waits for one of the two"
        );
        drop(first);
        third.await.unwrap().failed();
        second.failed();
        assert_eq!(
            limiter.attempt("a").await.err(),
            Some(Exceeded { retry_after: 60 })
        );
    }

    #[tokio::test]
    async fn what_succeeds_makes_up_for_what_failed_before() {
        let limiter = Limiter::new(Arc::new(ManualClock::at(Ts(0))), 2, 60);
        for _ in 0..3 {
            limiter.attempt("a").await.unwrap().failed();
            limiter.attempt("a").await.unwrap().succeeded();
        }
    }

    #[test]
    fn zero_means_no_limit() {
        let limiter = Limiter::new(Arc::new(ManualClock::at(Ts(0))), 0, 60);
        assert!((0..1000).all(|_| limiter.hit("a").is_ok()));
    }
}

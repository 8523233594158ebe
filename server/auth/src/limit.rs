//! Limits on how often something may happen. Our own: what succeeded is given back and only looked at here, which
//! `governor` cannot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use migasfree_server_db::clock::Clock;

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
}

/// An event that was counted.
#[derive(Debug)]
pub struct Taken {
    /// When its window began.
    since: i64,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: i64,
    events: u32,
}

impl Limiter {
    /// At most `limit` events in `window_seconds`.
    pub fn new(clock: Arc<dyn Clock>, limit: u32, window_seconds: i64) -> Self {
        Self {
            clock,
            limit,
            window_seconds,
            counts: Mutex::default(),
        }
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
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > PRUNE_ABOVE {
            counts.retain(|_, count| now - count.since < self.window_seconds);
        }
        let new = Count {
            since: now,
            events: 0,
        };
        let count = counts.entry(key.to_owned()).or_insert(new);
        let left = self.window_seconds - (now - count.since);
        match u64::try_from(left) {
            Ok(retry_after) if retry_after > 0 => {
                if count.events >= self.limit {
                    return Err(Exceeded { retry_after });
                }
            }
            _ => *count = new,
        }
        count.events += 1;
        Ok(Taken { since: count.since })
    }

    /// Counts an event no longer.
    pub fn give_back(&self, key: &str, taken: Taken) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(key)
            && count.since == taken.since
        {
            count.events = count.events.saturating_sub(1);
        }
    }

    /// Whether one more event would be allowed.
    ///
    /// # Errors
    /// [`Exceeded`] when the limit of this window is reached.
    pub fn check(&self, key: &str) -> Result<(), Exceeded> {
        let now = self.clock.now().seconds();
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(key) {
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

    /// Forgets the events of a key.
    pub fn clear(&self, key: &str) {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use migasfree_server_db::Ts;
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
    fn zero_means_no_limit() {
        let limiter = Limiter::new(Arc::new(ManualClock::at(Ts(0))), 0, 60);
        assert!((0..1000).all(|_| limiter.hit("a").is_ok()));
    }
}

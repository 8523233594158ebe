//! How often something may happen: calls of a computer, and registrations of computers nobody knows.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use migasfree_server_db::Ts;

/// Above this many buckets those that are full are forgotten.
const PRUNE_ABOVE: usize = 16_384;

/// How many times the new computers of an hour may come at once: a classroom or an office is set up in one go.
const NEW_AT_ONCE: f64 = 5.0;
const AN_HOUR: f64 = 3_600.0;

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy)]
struct Rate {
    full: f64,
    per_second: f64,
}

/// What each one has left.
#[derive(Debug)]
pub(crate) struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Ts,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Counts a call of a computer that may make `per_minute`, and twice as many at once.
    ///
    /// # Errors
    /// The seconds until it may call again.
    pub(crate) fn take(&self, computer: K, per_minute: u32, now: Ts) -> Result<(), u64> {
        let rate = Rate {
            full: f64::from(per_minute) * 2.0,
            per_second: f64::from(per_minute) / 60.0,
        };
        self.pour(computer, rate, now)
    }

    /// Counts a new computer of an address or a project that may have `per_hour`, and five times as many at once.
    ///
    /// # Errors
    /// The seconds until it may have another one.
    pub(crate) fn join(&self, place: K, per_hour: u32, now: Ts) -> Result<(), u64> {
        let rate = Rate {
            full: f64::from(per_hour) * NEW_AT_ONCE,
            per_second: f64::from(per_hour) / AN_HOUR,
        };
        self.pour(place, rate, now)
    }

    fn pour(&self, key: K, rate: Rate, now: Ts) -> Result<(), u64> {
        let Rate { full, per_second } = rate;
        if full == 0.0 {
            return Ok(());
        }
        let filled = |bucket: Bucket| {
            full.min(
                now.since(bucket.at)
                    .as_secs_f64()
                    .mul_add(per_second, bucket.left),
            )
        };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= PRUNE_ABOVE && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| filled(*bucket) < full);
        }
        let new = Bucket {
            left: full,
            at: now,
        };
        let bucket = buckets.entry(key).or_insert(new);
        bucket.left = filled(*bucket);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.left) / per_second).ceil().max(1.0) as u64)
    }
}

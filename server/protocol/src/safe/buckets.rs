//! How often each computer may call, and how much that is new it may bring.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use migasfree_server_db::Ts;
use migasfree_server_domain::ids::ComputerId;

/// Above this many computers those that may call as often as ever are forgotten.
const PRUNE_ABOVE: usize = 16_384;

/// How many times what a computer may bring in a day it may bring at once: its first list, and that after an upgrade, have
/// much that nobody has seen.
const AT_ONCE: f64 = 10.0;
const A_DAY: f64 = 86_400.0;

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy)]
struct Rate {
    full: f64,
    per_second: f64,
}

/// What each computer has left.
#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<HashMap<ComputerId, Bucket>>);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Ts,
}

impl Buckets {
    /// Counts a call of a computer that may make `per_minute`, and twice as many at once.
    ///
    /// # Errors
    /// The seconds until it may call again.
    pub(super) fn take(&self, computer: ComputerId, per_minute: u32, now: Ts) -> Result<(), u64> {
        let rate = Rate {
            full: f64::from(per_minute) * 2.0,
            per_second: f64::from(per_minute) / 60.0,
        };
        self.pour(computer, 1.0, rate, now)
    }

    /// Counts what a computer brings that may bring `per_day`, and ten times as much at once: all of it or, if it is too
    /// much, nothing.
    ///
    /// # Errors
    /// The seconds until it may bring that much, if ever.
    pub(super) fn take_all(
        &self,
        computer: ComputerId,
        many: usize,
        per_day: u32,
        now: Ts,
    ) -> Result<(), u64> {
        let rate = Rate {
            full: f64::from(per_day) * AT_ONCE,
            per_second: f64::from(per_day) / A_DAY,
        };
        self.pour(computer, many as f64, rate, now)
    }

    fn pour(&self, computer: ComputerId, much: f64, rate: Rate, now: Ts) -> Result<(), u64> {
        let Rate { full, per_second } = rate;
        if full == 0.0 || much == 0.0 {
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
        if buckets.len() >= PRUNE_ABOVE && !buckets.contains_key(&computer) {
            buckets.retain(|_, bucket| filled(*bucket) < full);
        }
        let new = Bucket {
            left: full,
            at: now,
        };
        let bucket = buckets.entry(computer).or_insert(new);
        bucket.left = filled(*bucket);
        bucket.at = now;
        if bucket.left >= much {
            bucket.left -= much;
            return Ok(());
        }
        Err(((much - bucket.left) / per_second).ceil().max(1.0) as u64)
    }
}

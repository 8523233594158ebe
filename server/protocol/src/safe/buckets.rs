//! How often each computer may call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use migasfree_server_db::Ts;
use migasfree_server_domain::ids::ComputerId;

/// Above this many computers those that may call as often as ever are forgotten.
const PRUNE_ABOVE: usize = 16_384;

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
        if per_minute == 0 {
            return Ok(());
        }
        let full = f64::from(per_minute) * 2.0;
        let rate = f64::from(per_minute) / 60.0;
        let filled = |bucket: Bucket| {
            full.min(
                now.since(bucket.at)
                    .as_secs_f64()
                    .mul_add(rate, bucket.left),
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
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.left) / rate).ceil().max(1.0) as u64)
    }
}

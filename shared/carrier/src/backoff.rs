//! When to come again (remote support, 13.2 C-18, 13.4 R-03): later each time, and not all at once.

use std::time::Duration;

/// How long to wait between attempts to connect.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    attempts: u32,
}

impl Backoff {
    /// Waits for up to `first` before the second attempt, then for twice as long each time, and never for more than `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            attempts: 0,
        }
    }

    /// How long to wait before the next attempt. `random` is any number, which nobody else has; `hint` is how long the server
    /// wants it to be at least.
    pub fn next(&mut self, random: u32, hint: Option<Duration>) -> Duration {
        let factor = 1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX);
        self.attempts = self.attempts.saturating_add(1).min(31);
        let most = self.first.saturating_mul(factor).min(self.most);
        let least = hint.unwrap_or_default();
        let spread = most.max(least / 2);
        least + spread.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }

    /// The connection was good for something: the next attempt is a first one.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

//! Time, passed in so that tests decide what time it is.

#![expect(clippy::disallowed_methods, reason = "this is the clock")]

use time::{OffsetDateTime, UtcOffset};

/// Where the engine gets the time from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment in the computer's own time zone.
    fn now(&self) -> OffsetDateTime;
}

/// The computer's clock and time zone.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        local(OffsetDateTime::now_utc())
    }
}

/// Whether something that happened `then` is younger than `limit`, Unix seconds. What is said to come from the future was
/// written down while the clock was wrong: it counts as old.
#[must_use]
pub fn is_younger(now: i64, then: i64, limit: i64) -> bool {
    (0..limit).contains(&now.saturating_sub(then))
}

/// A moment in the computer's own time zone.
#[must_use]
pub fn local(at: OffsetDateTime) -> OffsetDateTime {
    UtcOffset::local_offset_at(at).map_or(at, |offset| at.to_offset(offset))
}

#[cfg(test)]
mod tests {
    use super::is_younger;

    #[test]
    fn what_comes_from_the_future_is_old() {
        assert!(is_younger(1000, 999, 10));
        assert!(!is_younger(1000, 900, 10));
        assert!(!is_younger(1000, 1_000_000, 10));
        assert!(!is_younger(i64::MAX, i64::MIN, 10));
    }
}

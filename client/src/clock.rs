//! Time, passed in so that tests decide what time it is.

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
        let now = OffsetDateTime::now_utc();
        UtcOffset::local_offset_at(now).map_or(now, |offset| now.to_offset(offset))
    }
}

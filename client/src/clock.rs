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
        local(OffsetDateTime::now_utc())
    }
}

/// A moment in the computer's own time zone.
#[must_use]
pub fn local(at: OffsetDateTime) -> OffsetDateTime {
    UtcOffset::local_offset_at(at).map_or(at, |offset| at.to_offset(offset))
}

//! The time on servers of tests.

use std::sync::Arc;

use migasfree_server_db::{Ts, clock::ManualClock};

/// Noon in the middle of a week, a month and a year, so that "an hour ago" is the same day and "nine days ago" the same
/// month, whenever the tests run. It lies in the past, since apt refuses signatures of the future.
pub const NOON: Ts = Ts::from_seconds(1_781_697_600);

/// A clock that stands at [`NOON`] until it is moved.
pub fn standing() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(NOON))
}

//! Random names: the one place that asks the system for randomness.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the source of randomness"
)]

use uuid::Uuid;

/// A name nobody can foresee.
#[must_use]
pub fn uuid() -> Uuid {
    Uuid::new_v4()
}

/// A name that sorts by the moment it was made.
#[must_use]
pub fn ordered_uuid() -> Uuid {
    Uuid::now_v7()
}

//! Random names and bytes: the one place that asks the system for randomness.

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

/// Where secrets come from; tests bring their own.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `bytes` with what nobody can foresee.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// Where the system gives none: no secret may be made then.
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system gives random bytes");
    }
}

//! Randomness, passed in wherever it is needed, as the time is.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the source of randomness"
)]

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Gives bytes nobody can foresee.
pub trait Random: Debug + Send + Sync {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID.
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

/// The system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the system has no randomness to give; nothing safe can be done then.
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system gives random bytes");
    }
}

/// The same bytes again for the same seed, for tests.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    next: AtomicU64,
}

impl SeededRandom {
    /// Begins a sequence.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU64::new(0),
        }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let mut block = Sha256::new();
            block.update(self.seed.to_be_bytes());
            block.update(number.to_be_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
        }
    }
}

/// A source as libraries of the `rand` family take it.
#[derive(Debug, Clone, Copy)]
pub struct AsRng<'a>(pub &'a dyn Random);

impl RngCore for AsRng<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_be_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_be_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for AsRng<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        let first = |random: &dyn Random| (random.bytes::<40>(), random.bytes::<40>());
        let (one, two) = first(&SeededRandom::new(7));
        assert_eq!((one, two), first(&SeededRandom::new(7)));
        assert_ne!(one, two);
        assert_ne!(one, first(&SeededRandom::new(8)).0);
        assert_ne!(first(&SystemRandom).0, first(&SystemRandom).0);
    }
}

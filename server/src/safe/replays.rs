//! Messages that were already acted on.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::db::Ts;

/// How long a message is remembered at least, unless too many come.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Messages remembered per half of the window: about 3 MB.
const CAPACITY: usize = 65_536;

/// What a message is remembered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seen([u8; 32]);

impl Seen {
    /// Of a sealed text.
    pub(super) fn of(message: &str) -> Self {
        Self(Sha256::digest(message).into())
    }
}

/// Tells whether a sealed text was seen before. Genuine senders never seal the same text twice:
/// each one has a new content key.
#[derive(Debug, Default)]
pub(super) struct Replays {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    since: Ts,
    young: HashSet<Seen>,
    old: HashSet<Seen>,
}

impl Replays {
    /// Remembers a message; false when it was seen before.
    pub(super) fn is_new(&self, message: Seen, now: Ts) -> bool {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= CAPACITY || now.since(generations.since) >= WINDOW {
            generations.old = std::mem::take(&mut generations.young);
            generations.since = now;
        }
        !generations.old.contains(&message) && generations.young.insert(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_again_within_the_window_and_forgotten_later() {
        let replays = Replays::default();
        let start = Ts::from_seconds(1_000_000);
        assert!(replays.is_new(Seen::of("a"), start));
        assert!(!replays.is_new(Seen::of("a"), start));
        assert!(!replays.is_new(Seen::of("a"), start + WINDOW));
        assert!(replays.is_new(Seen::of("b"), start + WINDOW));
        assert!(replays.is_new(Seen::of("a"), start + WINDOW * 3));
    }
}

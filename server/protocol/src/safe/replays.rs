//! Messages that came before: all of them for an hour in memory, those that may never come again in the database.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_server_db::{Db, Result, Ts};
use migasfree_server_domain::client::used_messages;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How long a message is remembered at least, unless too many come.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Messages remembered per half of the window: about 5 MB.
const CAPACITY: usize = 131_072;

/// What a message is remembered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seen([u8; 16]);

/// The part of a message that authenticates all the others, which can be written in many ways.
#[derive(Deserialize)]
struct Tagged<'a> {
    #[serde(borrow)]
    tag: Cow<'a, str>,
}

impl Seen {
    /// Of a sealed text.
    pub(super) fn of(message: &str) -> Self {
        let tagged = serde_json::from_str::<Tagged<'_>>(message);
        let text = tagged.as_ref().map_or(message, |tagged| &*tagged.tag);
        let mut start = [0; 16];
        start.copy_from_slice(&Sha256::digest(text)[..16]);
        Self(start)
    }

    /// Uses the message up for good; false when it was used before, by whichever server of the database.
    pub(super) async fn use_up(self, db: &Db, now: Ts) -> Result<bool> {
        used_messages::use_up(db, &self.0, now).await
    }

    /// Takes that back, for a message that did nothing.
    pub(super) async fn forget(self, db: &Db) -> Result<()> {
        used_messages::forget(db, &self.0).await
    }

    /// What it is used up by.
    pub(super) const fn digest(&self) -> &[u8] {
        &self.0
    }
}

/// Tells whether a sealed text came before. Genuine senders never seal the same text twice: each
/// one has a new content key.
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
    /// Remembers a message; false when it came before.
    pub(super) fn is_new(&self, message: Seen, now: Ts) -> bool {
        let mut generations = self.locked();
        if generations.young.len() >= CAPACITY || now.since(generations.since) >= WINDOW {
            generations.old = std::mem::take(&mut generations.young);
            generations.since = now;
        }
        !generations.old.contains(&message) && generations.young.insert(message)
    }

    fn locked(&self) -> MutexGuard<'_, Generations> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_again_within_the_window_and_forgotten_later() {
        let replays = Replays::default();
        let start = Ts::from_seconds(1_000_000);
        let (a, b) = (Seen::of(r#"{"tag":"a"}"#), Seen::of("b"));
        assert!(replays.is_new(a, start));
        assert!(!replays.is_new(a, start));
        assert!(!replays.is_new(a, start + WINDOW));
        assert!(replays.is_new(b, start + WINDOW));
        assert!(replays.is_new(a, start + WINDOW * 3));
    }

    #[test]
    fn a_message_stays_the_same_however_it_is_written() {
        let written = Seen::of(r#"{"iv":"","tag":"a"}"#);
        assert_eq!(written, Seen::of(r#" {"\u0074ag" : "a", "iv": ""}"#));
        assert_ne!(written, Seen::of(r#"{"iv":"","tag":"b"}"#));
    }
}

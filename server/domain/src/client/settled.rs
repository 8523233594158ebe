//! Computers that have nothing to do: what they asked last, and whether anything changed since that might answer it
//! otherwise. Only what was answered with nothing is kept, and not for long.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_server_db::Ts;
use migasfree_types::events::{Event, PublicationState};
use time::Date;
use tokio::sync::broadcast::error::RecvError;

use super::caller::Caller;
use super::hardware;
use crate::ids::ComputerId;
use crate::services::{OfDomain as _, Services};

/// Changes are told; this is for those that were made past everything that tells.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// What changes without making a difference to what a computer is given.
const INDIFFERENT: [&str; 13] = [
    "auth.group",
    "client.computerkey",
    "client.enrolmenttoken",
    "client.error",
    "client.fault",
    "client.migration",
    "client.notification",
    "client.statuslog",
    "client.synchronization",
    "client.user",
    "core.certificate",
    "core.userprofile",
    "remote.execution",
];

/// What a computer asks, by its hash.
pub type Question = [u8; 32];

/// The computers that have nothing to do.
#[derive(Debug, Default)]
pub struct Settled(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// How many changes there were that may make a difference.
    changes: u64,
    of: HashMap<ComputerId, Entry>,
}

#[derive(Debug)]
struct Entry {
    question: Question,
    until: Ts,
    /// Deployments open by the day.
    day: Date,
    /// The computer as it was.
    updated_at: Ts,
}

impl Settled {
    /// How many changes there were until now: to be asked before anything is read.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.locked().changes
    }

    /// Whether the answer to a question is still that there is nothing to do.
    #[must_use]
    pub fn is(&self, caller: &Caller<'_>, question: &Question) -> bool {
        let is_same = |entry: &Entry| {
            entry.question == *question
                && entry.updated_at == caller.computer.updated_at
                && entry.day == caller.today()
                && caller.now < entry.until
        };
        let entries = self.locked();
        entries.of.get(&caller.computer.id).is_some_and(is_same) && !hardware::is_due(caller)
    }

    /// There is nothing to do, by what was read when there had been so many changes.
    pub fn put(&self, caller: &Caller<'_>, question: Question, changes: u64) {
        let entry = Entry {
            question,
            until: caller.now + LONGEST,
            day: caller.today(),
            updated_at: caller.computer.updated_at,
        };
        let mut entries = self.locked();
        if entries.changes == changes {
            entries.of.insert(caller.computer.id, entry);
        }
    }

    /// Something of one computer changed.
    pub fn forget(&self, computer: ComputerId) {
        let mut entries = self.locked();
        entries.changes += 1;
        entries.of.remove(&computer);
    }

    fn forget_all(&self) {
        let mut entries = self.locked();
        entries.changes += 1;
        entries.of.clear();
    }

    fn hear(&self, event: &Event) {
        match event {
            Event::Synchronization { .. } | Event::Progress { .. } | Event::Presence { .. } => {}
            Event::Publication { state, .. } => {
                if *state == PublicationState::Published {
                    self.forget_all();
                }
            }
            Event::Changed { entity, id, .. } => match (entity.as_str(), id) {
                ("client.computer", Some(id)) => self.forget(ComputerId(*id)),
                (entity, _) if INDIFFERENT.contains(&entity) => {}
                _ => self.forget_all(),
            },
            Event::Resync => self.forget_all(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears of what changes, until the bus ends.
pub async fn follow(state: Services) {
    let mut events = state.events.listen();
    let settled = &state.domain().settled;
    loop {
        match events.recv().await {
            Ok(event) => settled.hear(&event),
            Err(RecvError::Lagged(_)) => settled.forget_all(),
            Err(RecvError::Closed) => return,
        }
    }
}

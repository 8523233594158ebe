//! Who holds background jobs back. Not for ever: each wish for quiet ends after some hours, and work that is overdue
//! passes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_dbus::{Error, InhibitorRecord};

use crate::texts::Text;

/// How many one user may have at a time.
const HOLDS: usize = 20;
/// How long one lasts at most, seconds.
pub const LONGEST: i64 = 4 * 3600;
/// Work that waited so long is done whoever asks for quiet, seconds.
pub const OVERDUE: i64 = 8 * 3600;

/// Who holds background jobs back.
#[derive(Debug, Default)]
pub struct Holds(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    holds: BTreeMap<u64, InhibitorRecord>,
}

impl Holds {
    /// Whether anybody does.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.lock().holds.is_empty()
    }

    /// Who does, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<InhibitorRecord> {
        self.lock().holds.values().cloned().collect()
    }

    /// Adds one more, if its user may have that many.
    pub fn add(&self, record: InhibitorRecord) -> Result<u64, Error> {
        let mut state = self.lock();
        let own = |other: &&InhibitorRecord| other.uid == record.uid;
        if state.holds.values().filter(own).count() >= HOLDS {
            return Err(Error::LimitExceeded(Text::LimitHolds.with([HOLDS.into()])));
        }
        let id = state.next;
        state.next += 1;
        state.holds.insert(id, record);
        Ok(id)
    }

    /// One that ended.
    pub fn remove(&self, id: u64) {
        self.lock().holds.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

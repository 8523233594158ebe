//! Holds background jobs back while somebody asks for quiet, for instance during a presentation. Not for ever: each
//! wish for quiet ends after some hours, and work that is overdue passes.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_dbus::{Error, InhibitorRecord};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

use super::access::Caller;
use super::core::Core;

/// How many one user may have at a time.
const HOLDS: usize = 20;
/// How long one lasts at most, seconds.
pub const LONGEST: i64 = 4 * 3600;
/// Work that waited so long is done whoever asks for quiet, seconds.
pub const OVERDUE: i64 = 8 * 3600;
/// Bytes of a reason that are kept.
const WHY: usize = 200;

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

    fn add(&self, record: InhibitorRecord) -> Result<u64, Error> {
        let mut state = self.lock();
        let own = |other: &&InhibitorRecord| other.uid == record.uid;
        if state.holds.values().filter(own).count() >= HOLDS {
            return Err(Error::LimitExceeded(format!(
                "{HOLDS} of your programs hold background jobs back already"
            )));
        }
        let id = state.next;
        state.next += 1;
        state.holds.insert(id, record);
        Ok(id)
    }

    fn take_away(&self, id: u64) {
        self.lock().holds.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Background jobs wait until the descriptor is closed, whoever has it then, but not longer than [`LONGEST`].
    pub fn hold_back(self: &Arc<Self>, caller: &Caller, why: &str) -> Result<OwnedFd, Error> {
        self.hold_back_for(caller, why, LONGEST)
    }

    /// As [`Core::hold_back`], for so many seconds at most.
    pub fn hold_back_for(
        self: &Arc<Self>,
        caller: &Caller,
        why: &str,
        seconds: i64,
    ) -> Result<OwnedFd, Error> {
        let unavailable = |error: std::io::Error| Error::NotAvailable(error.to_string());
        let (ours, theirs) =
            pipe_with(PipeFlags::CLOEXEC).map_err(|error| unavailable(error.into()))?;
        let mut ours = Receiver::from_owned_fd(ours).map_err(unavailable)?;
        let now = self.now();
        let id = self.holds.add(InhibitorRecord {
            uid: caller.uid,
            pid: caller.pid,
            program: program(caller.pid),
            why: why[..why.floor_char_boundary(WHY)].to_owned(),
            since: now,
            until: now + seconds,
        })?;
        let longest = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        let core = Arc::clone(self);
        tokio::spawn(async move {
            let mut bytes = [0; 64];
            let closed = async { while matches!(ours.read(&mut bytes).await, Ok(1..)) {} };
            if tokio::time::timeout(longest, closed).await.is_err() {
                tracing::info!("background jobs were held back long enough");
            }
            core.holds.take_away(id);
            core.wake.notify_one();
        });
        Ok(theirs)
    }
}

/// The name of a process; empty when it cannot be seen.
fn program(pid: u32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

//! Holds background jobs back while somebody asks for quiet, for instance during a presentation.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migasfree_dbus::Error;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

use super::core::Core;

/// How many one user may have at a time.
const HOLDS: usize = 20;

/// Who holds background jobs back: how often, by user.
#[derive(Debug, Default)]
pub struct Holds(Mutex<BTreeMap<u32, usize>>);

impl Holds {
    /// Whether anybody does.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.lock().is_empty()
    }

    fn add(&self, uid: u32) -> Result<(), Error> {
        let mut holds = self.lock();
        let count = holds.entry(uid).or_default();
        if *count >= HOLDS {
            return Err(Error::LimitExceeded(format!(
                "{HOLDS} of your programs hold background jobs back already"
            )));
        }
        *count += 1;
        Ok(())
    }

    fn take_away(&self, uid: u32) {
        let mut holds = self.lock();
        if let Some(count) = holds.get_mut(&uid) {
            *count -= 1;
            if *count == 0 {
                holds.remove(&uid);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Background jobs wait until the descriptor is closed, whoever has it then.
    pub fn hold_back(self: &Arc<Self>, uid: u32) -> Result<OwnedFd, Error> {
        let unavailable = |error: std::io::Error| Error::NotAvailable(error.to_string());
        let (ours, theirs) =
            pipe_with(PipeFlags::CLOEXEC).map_err(|error| unavailable(error.into()))?;
        let mut ours = Receiver::from_owned_fd(ours).map_err(unavailable)?;
        self.holds.add(uid)?;
        let core = Arc::clone(self);
        tokio::spawn(async move {
            let mut bytes = [0; 64];
            while matches!(ours.read(&mut bytes).await, Ok(1..)) {}
            core.holds.take_away(uid);
            core.wake.notify_one();
        });
        Ok(theirs)
    }
}

//! Background jobs wait while somebody asks for quiet, for instance during a presentation.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::{Error, InhibitorRecord};
use migasfree_types::message::Message;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

use super::access::Caller;
use super::computer::Computer;
use super::hold::{Holds, LONGEST};
use super::runner::Runner;
use super::tasks::Tasks;

/// Bytes of a reason that are kept.
const WHY: usize = 200;

/// Has background jobs wait, and go on.
#[derive(Debug, Clone)]
pub struct Quiet {
    pub(super) computer: Arc<Computer>,
    pub(super) holds: Arc<Holds>,
    pub(super) runner: Arc<Runner>,
    pub(super) tasks: Tasks,
}

impl Quiet {
    /// Background jobs wait until the descriptor is closed, whoever has it then, but not longer than [`LONGEST`].
    pub fn hold_back(&self, caller: &Caller, why: &str) -> Result<OwnedFd, Error> {
        self.hold_back_for(caller, why, LONGEST)
    }

    /// As [`Self::hold_back`], for so many seconds at most.
    pub fn hold_back_for(
        &self,
        caller: &Caller,
        why: &str,
        seconds: i64,
    ) -> Result<OwnedFd, Error> {
        let unavailable =
            |error: std::io::Error| Error::NotAvailable(Message::verbatim(error.to_string()));
        let (ours, theirs) =
            pipe_with(PipeFlags::CLOEXEC).map_err(|error| unavailable(error.into()))?;
        let mut ours = Receiver::from_owned_fd(ours).map_err(unavailable)?;
        let now = self.computer.now();
        let id = self.holds.add(InhibitorRecord {
            uid: caller.uid,
            pid: caller.pid,
            program: program(caller.pid),
            why: why[..why.floor_char_boundary(WHY)].to_owned(),
            since: now,
            until: now + seconds,
        })?;
        let longest = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        let quiet = self.clone();
        self.tasks.start("quiet", async move {
            let mut bytes = [0; 64];
            let closed = async { while matches!(ours.read(&mut bytes).await, Ok(1..)) {} };
            if tokio::time::timeout(longest, closed).await.is_err() {
                tracing::info!("background jobs were held back long enough");
            }
            quiet.holds.remove(id);
            quiet.runner.wake.notify_one();
        });
        Ok(theirs)
    }
}

/// The name of a process; empty when it cannot be seen.
fn program(pid: u32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

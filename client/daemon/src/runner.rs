//! What the task that does the jobs needs besides the jobs.

use tokio::sync::{Mutex, Notify};

use super::jobs::Launcher;
use super::pulse::Pulse;

/// How jobs get their turn.
#[derive(Debug)]
pub struct Runner {
    /// Starts workers.
    pub launcher: Launcher,
    /// Somebody has work, or asks whether anybody is there.
    pub wake: Notify,
    /// One writer at a time: the job that runs, or the daemon telling the server what waited for it.
    pub writing: Mutex<()>,
    /// Whether the task answers.
    pub pulse: Pulse,
}

impl Runner {
    /// One that has nothing to do yet.
    #[must_use]
    pub fn new(launcher: Launcher) -> Self {
        Self {
            launcher,
            wake: Notify::new(),
            writing: Mutex::new(()),
            pulse: Pulse::default(),
        }
    }

    /// Whether the task answered since the last time; it is asked anew.
    pub fn answers(&self) -> bool {
        let answered = self.pulse.ask();
        self.wake.notify_one();
        answered
    }
}

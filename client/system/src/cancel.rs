//! How work is asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// How a job is asked to stop. Clones stand for the same job.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    asked: CancellationToken,
    script_stops: Arc<AtomicU32>,
    going_down: Arc<AtomicBool>,
}

impl Cancel {
    /// Stops at the next moment at which stopping is safe.
    pub fn cancel(&self) {
        self.asked.cancel();
    }

    /// An administrator's cancellation: also stops the script of a package that runs now, every time it is asked.
    pub fn stop_script(&self) {
        self.script_stops.fetch_add(1, Ordering::SeqCst);
        self.cancel();
    }

    /// The computer goes down: stops as by [`Cancel::cancel`], but nobody wanted that.
    pub fn go_down(&self) {
        self.going_down.store(true, Ordering::SeqCst);
        self.cancel();
    }

    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.asked.is_cancelled()
    }

    /// Waits for the first cancellation.
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        self.asked.cancelled()
    }

    /// How often an administrator wanted a script stopped.
    #[must_use]
    pub fn script_stops(&self) -> u32 {
        self.script_stops.load(Ordering::SeqCst)
    }

    #[must_use]
    pub fn is_going_down(&self) -> bool {
        self.going_down.load(Ordering::SeqCst)
    }
}

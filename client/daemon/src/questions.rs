//! Questions to the package manager: each is a program that runs, so a few at a time, and fewer of one person.

use migasfree_dbus::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::access::Slots;
use super::error::bus_error;
use crate::pms::InstalledPackage;
use crate::sync::Engine;

/// Answered side by side.
const AT_ONCE: usize = 4;

/// Whose turn it is to ask.
#[derive(Debug)]
pub struct Questions {
    turns: Semaphore,
    /// Those of each person.
    pub slots: Slots,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            slots: Slots::default(),
        }
    }
}

impl Questions {
    /// A turn to ask the package manager something.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// The packages of this computer.
    pub async fn installed(&self, engine: &dyn Engine) -> Result<Vec<InstalledPackage>, Error> {
        let _turn = self.turn().await;
        let installed = engine.installed().await;
        installed.map_err(|error| bus_error(&error))
    }
}

//! What does the work on this computer, the settings it does it by, and the time of its clock.

use std::sync::{Arc, PoisonError, RwLock};

use super::opener::{Opener, Stamp};
use crate::clock::Clock;
use crate::config::Settings;
use crate::sync::{Engine, Identity, Standing};

/// The engine with its settings; other settings come with another engine.
#[derive(Debug)]
pub struct Computer {
    at_work: RwLock<(Arc<dyn Engine>, Arc<Settings>)>,
    /// Opens the engine anew when the settings change.
    pub opener: Arc<dyn Opener>,
    /// The files of the settings as they were when the engine was opened.
    pub stamp: tokio::sync::Mutex<Stamp>,
    clock: Arc<dyn Clock>,
}

impl Computer {
    /// As it is now.
    #[must_use]
    pub fn new(
        engine: Arc<dyn Engine>,
        settings: Settings,
        opener: Arc<dyn Opener>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            stamp: tokio::sync::Mutex::new(Stamp::of(&settings.file)),
            at_work: RwLock::new((engine, Arc::new(settings))),
            opener,
            clock,
        }
    }

    /// What does the work.
    #[must_use]
    pub fn engine(&self) -> Arc<dyn Engine> {
        let at_work = self.at_work.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&at_work.0)
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        let at_work = self.at_work.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&at_work.1)
    }

    /// From now on this engine does the work.
    pub fn replace(&self, engine: Arc<dyn Engine>, settings: Settings) {
        let mut at_work = self.at_work.write().unwrap_or_else(PoisonError::into_inner);
        *at_work = (engine, Arc::new(settings));
    }

    /// Now, Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// Seconds since a moment.
    #[must_use]
    pub fn age(&self, moment: i64) -> u64 {
        u64::try_from(self.now() - moment).unwrap_or_default()
    }

    /// Who this computer is, known without asking the server.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.engine().identity()
    }

    /// How this computer proves who it is, known without asking the server.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.engine().standing()
    }

    /// Until when its certificate is valid, Unix seconds; 0 where it has none.
    #[must_use]
    pub fn certificate_until(&self) -> i64 {
        self.engine().certificate_until().unwrap_or_default()
    }

    /// The server's id of this computer, 0 when not registered.
    #[must_use]
    pub fn id(&self) -> u32 {
        let id = self.identity().computer_id;
        id.and_then(|id| u32::try_from(id.0).ok())
            .unwrap_or_default()
    }
}

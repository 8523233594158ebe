//! The catalogue of last time, so that the window is never empty while the daemon is asked.

use crate::settings::write_whole;
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

/// The remembered catalogue, as JSON.
#[derive(Debug)]
pub struct Remembered {
    path: PathBuf,
    last: Mutex<Vec<u8>>,
}

impl Remembered {
    /// Its file below the person's cache folder; the trial mode has its own.
    pub fn new(cache: &Path, session: bool) -> Self {
        let name = if session {
            "catalog-session.json"
        } else {
            "catalog.json"
        };
        Self {
            path: cache.join(name),
            last: Mutex::new(Vec::new()),
        }
    }

    /// What was remembered, if anything.
    pub fn read(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.path).ok()
    }

    /// Remembers a catalogue. A cache that cannot be written only costs time at the next start.
    pub fn keep(&self, json: &[u8]) {
        let Ok(mut last) = self.last.lock() else {
            return;
        };
        if *last == json {
            return;
        }
        match write_whole(&self.path, json) {
            Ok(()) => *last = json.to_vec(),
            Err(error) => tracing::warn!(%error, "the catalogue could not be remembered"),
        }
    }
}

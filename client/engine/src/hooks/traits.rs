//! The traits of the last two full synchronisations.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::files;
use crate::transport::messages::Trait;

/// Keeps the traits on disk. Only full synchronisations write, so that looking at the traits loses no change.
#[derive(Debug, Clone)]
pub struct TraitStore {
    file: PathBuf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    before: Vec<Trait>,
    after: Vec<Trait>,
}

impl TraitStore {
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// The traits of the last full synchronisation; empty before the first.
    #[must_use]
    pub fn last(&self) -> Vec<Trait> {
        self.read().after
    }

    /// Replaces the traits. The old ones come back.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn replace(&self, traits: &[Trait]) -> io::Result<Vec<Trait>> {
        let before = self.last();
        let stored = Stored {
            before,
            after: traits.to_vec(),
        };
        files::write(&self.file, &serde_json::to_vec_pretty(&stored)?, 0o600)?;
        Ok(stored.before)
    }

    fn read(&self) -> Stored {
        let text = std::fs::read(&self.file).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

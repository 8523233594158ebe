//! Scripts of packages that had to be stopped. They are remembered, so that a repair and later work step over them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Driver;
use crate::PmsError;
use crate::entry::Entry;
use crate::files;
use crate::process::supervise::Stop;

/// A package whose script had to be stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stuck {
    package: String,
    /// Another version may have another script.
    version: String,
}

impl Driver {
    /// The packages whose scripts had to be stopped and that are left in the middle since.
    pub(super) async fn stuck(&self) -> Result<BTreeSet<String>, PmsError> {
        let remembered = self.remembered();
        if remembered.is_empty() {
            return Ok(BTreeSet::new());
        }
        let entries = self.entries().await?;
        let mut still = remembered.clone();
        still.retain(|stuck| entries.iter().any(|entry| is_of(stuck, entry)));
        // What was put right is as any other package: when something interrupts it later, that is not its script's fault.
        if still != remembered {
            self.keep_stuck(&still);
        }
        Ok(still.into_iter().map(|stuck| stuck.package).collect())
    }

    /// Somebody wants these tried again in earnest.
    pub(super) fn forget_stuck(&self, packages: &BTreeSet<&str>) {
        let remembered = self.remembered();
        let mut still = remembered.clone();
        still.retain(|stuck| !packages.contains(stuck.package.as_str()));
        if still != remembered {
            self.keep_stuck(&still);
        }
    }

    /// Whoever only looks may not write; then nothing is lost but time.
    fn keep_stuck(&self, all: &[Stuck]) {
        let kept = self.write_stuck(all);
        if let Err(error) = kept {
            tracing::debug!(%error, "which scripts had to be stopped cannot be kept");
        }
    }

    fn write_stuck(&self, all: &[Stuck]) -> Result<(), PmsError> {
        files::private_folder(&self.jobs)?;
        let text = serde_json::to_vec(all).map_err(std::io::Error::other)?;
        Ok(files::write(&self.file_of_stuck(), &text, 0o600)?)
    }

    /// Remembers what was stopped, and forgets what was put right since.
    pub(super) async fn remember_stuck(&self, stops: &[Stop]) -> Result<(), PmsError> {
        let packages: BTreeSet<&str> = stops.iter().map(|stop| stop.package.as_str()).collect();
        let entries = self.entries().await?;
        let new = entries
            .iter()
            .filter(|entry| entry.is_unfinished() && packages.contains(entry.name.as_str()))
            .map(|entry| Stuck {
                package: entry.name.clone(),
                version: entry.version.clone(),
            });
        let mut all: Vec<Stuck> = self.remembered();
        all.retain(|stuck| entries.iter().any(|entry| is_of(stuck, entry)));
        all.extend(new);
        all.dedup();
        self.write_stuck(&all)
    }

    fn remembered(&self) -> Vec<Stuck> {
        let text = files::read_optional(&self.file_of_stuck()).ok().flatten();
        serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default()
    }

    fn file_of_stuck(&self) -> PathBuf {
        self.jobs.with_file_name("stuck-scripts.json")
    }
}

fn is_of(stuck: &Stuck, entry: &Entry) -> bool {
    entry.is_unfinished() && entry.name == stuck.package && entry.version == stuck.version
}

//! What the server said last about itself and this computer, kept so that reads work without it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use migasfree_dbus::Connectivity;
use serde::{Deserialize, Serialize};

use super::store;
use crate::transport::messages::{ComputerInfo, Label, ServerInfo, Tags};

/// Facts from the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// When they came, Unix seconds, 0 for never.
    pub fetched_at: i64,
    /// Version and organisation.
    pub server: ServerInfo,
    /// The record of this computer.
    pub info: ComputerInfo,
    /// The label of this computer.
    pub label: Label,
    /// Its tags.
    pub tags: Tags,
    /// Who was logged in graphically then.
    pub user: String,
}

/// The cache of [`Facts`], and the connectivity of now.
#[derive(Debug)]
pub struct Known {
    path: PathBuf,
    facts: RwLock<Arc<Facts>>,
    /// As the last attempt found it; unknown until there was one.
    connectivity: RwLock<Connectivity>,
    /// When the server answered last, Unix seconds, 0 for never.
    contact: AtomicI64,
    /// How often the server answered so far.
    answers: AtomicU64,
    /// One refresh from the server at a time.
    pub refreshing: tokio::sync::Mutex<()>,
}

impl Known {
    /// Reads what is on disk.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let facts: Facts = store::read(path);
        Self {
            connectivity: RwLock::new(Connectivity::Unknown),
            contact: AtomicI64::new(facts.fetched_at),
            facts: RwLock::new(Arc::new(facts)),
            answers: AtomicU64::new(0),
            path: path.to_path_buf(),
            refreshing: tokio::sync::Mutex::new(()),
        }
    }

    /// What the server said last.
    #[must_use]
    pub fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.facts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in what the server says now. `true` when anything but the time changed.
    pub fn replace(&self, new: Facts) -> bool {
        let old = self.facts();
        let changed = Facts {
            fetched_at: old.fetched_at,
            ..new.clone()
        } != *old;
        if let Err(error) = store::write(&self.path, &new) {
            tracing::warn!(%error, "what the server said could not be kept");
        }
        *self.facts.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        changed
    }

    /// The way to the server.
    #[must_use]
    pub fn connectivity(&self) -> Connectivity {
        *self
            .connectivity
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// When the server answered last, Unix seconds, 0 for never.
    #[must_use]
    pub fn contact(&self) -> i64 {
        self.contact.load(Ordering::Relaxed)
    }

    /// How often the server answered so far: to be asked before a call that is told of afterwards.
    #[must_use]
    pub fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// A call that began when there were so many answers found this. One that failed says nothing where another was
    /// answered since. `true` when that is news.
    pub fn found(&self, connectivity: Connectivity, answers_before: u64, now: i64) -> bool {
        if !connectivity.is_away() {
            self.answers.fetch_add(1, Ordering::Relaxed);
            self.contact.store(now, Ordering::Relaxed);
        } else if self.answers() != answers_before {
            return false;
        }
        let mut known = self
            .connectivity
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *known, connectivity) != connectivity
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_late_failure_does_not_outdo_a_newer_answer() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::open(&folder.path().join("server.json"));
        let slow = known.answers();
        assert!(known.found(Connectivity::ServerUnreachable, known.answers(), 1));
        assert!(known.found(Connectivity::Online, known.answers(), 2));
        assert!(!known.found(Connectivity::ServerUnreachable, slow, 3));
        assert_eq!(known.connectivity(), Connectivity::Online);
        assert!(known.found(Connectivity::ServerUnreachable, known.answers(), 4));
    }

    #[test]
    fn nothing_is_said_of_the_way_to_the_server_before_it_was_tried() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.json");
        let known = Known::open(&file);
        assert_eq!(known.connectivity(), Connectivity::Unknown);
        assert!(known.found(Connectivity::ServerUnreachable, 0, 5));
        assert_eq!(known.contact(), 0, "there was none");
        known.found(Connectivity::Saturated, 0, 6);
        assert_eq!(known.contact(), 6, "it answered");
        known.replace(Facts {
            fetched_at: 7,
            ..Facts::default()
        });
        let later = Known::open(&file);
        assert_eq!(later.connectivity(), Connectivity::Unknown);
        assert_eq!(later.contact(), 7);
    }
}

//! The grants that were used: each is good once, also when the daemon is started again in between.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use migasfree_client_system::files;
use migasfree_grant::CLOCKS_APART;

/// Sessions of used grants, with the moment after which nobody can start them anyway.
#[derive(Debug)]
pub(super) struct Used {
    file: PathBuf,
    known: Mutex<BTreeMap<String, i64>>,
}

impl Used {
    /// Reads those of before. A damaged list is an error: an empty one would let grants be used again.
    pub(super) fn open(file: PathBuf) -> io::Result<Self> {
        let known = match files::read_optional(&file)? {
            Some(text) => serde_json::from_str(&text)?,
            None => BTreeMap::new(),
        };
        Ok(Self {
            file,
            known: Mutex::new(known),
        })
    }

    /// Notes the use of a grant; `false` where it was used before. It is on disk before this answers.
    pub(super) fn note(&self, session: &str, expires: i64, now: i64) -> io::Result<bool> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains_key(session) {
            return Ok(false);
        }
        let mut noted = known.clone();
        // A clock that is set back must not bring them to life again.
        noted.retain(|_, expires| expires.saturating_add(24 * 3600 + CLOCKS_APART) > now);
        noted.insert(session.to_owned(), expires);
        files::write(&self.file, &serde_json::to_vec(&noted)?, 0o600)?;
        *known = noted;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_grant_is_good_once_also_after_a_restart_and_is_forgotten_much_later() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grants.json");
        let used = Used::open(file.clone()).unwrap();
        assert!(used.note("a", 1060, 1000).unwrap());
        assert!(!used.note("a", 1060, 1000).unwrap());
        let again = Used::open(file.clone()).unwrap();
        assert!(!again.note("a", 1060, 1001).unwrap());
        assert!(again.note("b", 200_060, 200_000).unwrap());
        assert!(!std::fs::read_to_string(&file).unwrap().contains("\"a\""));
        std::fs::write(&file, "{").unwrap();
        Used::open(file).unwrap_err();
    }
}

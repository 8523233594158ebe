//! Which key repositories may be signed with, and what a server was once seen to offer.
//!
//! A server that vouches for its keys in a sealed call decides by that. One that cannot has its first key pinned. What
//! neither covers is refused until an administrator accepts it.

mod key;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use migasfree_native::key::PublicKey;
use serde::{Deserialize, Serialize};

use crate::files;

pub use key::{Fingerprint, InvalidFingerprint, KeyError, RepositoryKey};

/// The sealed call with the fingerprints of a server's repository keys, as `server/info` announces it.
pub const KEYS_CALL: &str = "safe/keys/repositories/";
/// The sealed calls about requests for applications, as `server/info` announces them.
pub const REQUESTS_CALL: &str = "safe/catalog/requests/";

/// What is remembered of one server, on disk.
#[derive(Debug, Clone)]
pub struct TrustStore {
    file: PathBuf,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    /// Calls that were answered sealed at least once. They stay, whatever the server's information says later.
    offered: BTreeSet<String>,
    /// The key in use.
    pinned: Option<Fingerprint>,
    /// The key an administrator accepted without the server's word.
    accepted: Option<Fingerprint>,
    /// The key that signs the server's answers in the native protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    server_key: Option<PublicKey>,
}

/// What to do with the key a server hands out in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one known, or the first of a server that cannot vouch for any.
    Trusted,
    /// It is another one than before, and somebody who may say so vouches for it.
    Changed,
    /// Nobody vouches for it.
    Refused,
}

/// What is remembered cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error(
        "{} is damaged ({source}); put it back from a backup, or remove it to trust the server anew",
        file.display()
    )]
    Damaged {
        file: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl TrustStore {
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Whether this server was ever seen to offer a call beyond those of migasfree 5.
    ///
    /// # Errors
    /// When what is remembered cannot be read: it is not forgotten then.
    pub fn has_offered(&self, call: &str) -> Result<bool, TrustError> {
        Ok(self.read()?.offered.contains(call))
    }

    /// A call was answered as only the server can answer it.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn note_offered(&self, call: &str) -> Result<(), TrustError> {
        self.change(|remembered| {
            remembered.offered.insert(call.to_owned());
        })
    }

    /// Judges a key. `word` is what the server vouches for, `None` where it cannot; `in_use` is the key the package
    /// manager trusts already, for computers where none was pinned yet.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn judge(
        &self,
        key: &Fingerprint,
        word: Option<&[Fingerprint]>,
        in_use: Option<&Fingerprint>,
    ) -> Result<Verdict, TrustError> {
        let remembered = self.read()?;
        let pinned = remembered.pinned.as_ref().or(in_use);
        let vouched = match word {
            Some(named) => named.contains(key),
            None if remembered.offered.contains(KEYS_CALL) => false,
            None => pinned.is_none_or(|pinned| pinned == key),
        };
        Ok(if !vouched && remembered.accepted.as_ref() != Some(key) {
            Verdict::Refused
        } else if pinned.is_some_and(|pinned| pinned != key) {
            Verdict::Changed
        } else {
            Verdict::Trusted
        })
    }

    /// A key is in use from now on. With the server's word for it an administrator's is no longer needed.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn pin(&self, key: &Fingerprint, word: Option<&[Fingerprint]>) -> Result<(), TrustError> {
        let by_server = word.is_some_and(|named| named.contains(key));
        self.change(|remembered| {
            remembered.pinned = Some(key.clone());
            if by_server {
                remembered.accepted = None;
            }
        })
    }

    /// An administrator vouches for a key.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn accept(&self, key: Fingerprint) -> Result<(), TrustError> {
        self.change(|remembered| remembered.accepted = Some(key))
    }

    /// The key that signs the server's answers in the native protocol, where one is known.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn server_key(&self) -> Result<Option<PublicKey>, TrustError> {
        Ok(self.read()?.server_key)
    }

    /// From now on this key, and no other, signs the server's answers. `None`: the next one that is vouched for does.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn pin_server_key(&self, key: Option<PublicKey>) -> Result<(), TrustError> {
        self.change(|remembered| remembered.server_key = key)
    }

    fn change(&self, change: impl FnOnce(&mut Remembered)) -> Result<(), TrustError> {
        let before = self.read()?;
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        if let Some(folder) = self.file.parent() {
            files::private_folder(folder)?;
        }
        let text = serde_json::to_vec_pretty(&after).map_err(io::Error::from)?;
        Ok(files::write(&self.file, &text, 0o600)?)
    }

    /// A damaged file is an error and not a blank sheet, which would trust the next best key.
    fn read(&self) -> Result<Remembered, TrustError> {
        match files::read_optional(&self.file)? {
            Some(text) => serde_json::from_str(&text).map_err(|source| TrustError::Damaged {
                file: self.file.clone(),
                source,
            }),
            None => Ok(Remembered::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn finger(letter: char) -> Fingerprint {
        letter.to_string().repeat(40).parse().unwrap()
    }

    fn store() -> (tempfile::TempDir, TrustStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = TrustStore::new(folder.path().join("server/trust.json"));
        (folder, store)
    }

    #[test]
    fn a_server_that_cannot_vouch_has_its_first_key_pinned() {
        let (_folder, store) = store();
        let (first, other) = (finger('a'), finger('b'));
        assert_eq!(store.judge(&first, None, None).unwrap(), Verdict::Trusted);
        store.pin(&first, None).unwrap();
        assert_eq!(store.judge(&first, None, None).unwrap(), Verdict::Trusted);
        assert_eq!(store.judge(&other, None, None).unwrap(), Verdict::Refused);
        store.accept(other.clone()).unwrap();
        assert_eq!(store.judge(&other, None, None).unwrap(), Verdict::Changed);
    }

    #[test]
    fn the_key_in_use_counts_where_none_was_pinned_yet() {
        let (_folder, store) = store();
        let (used, other) = (finger('a'), finger('b'));
        let judge = |key| store.judge(key, None, Some(&used)).unwrap();
        assert_eq!(judge(&used), Verdict::Trusted);
        assert_eq!(judge(&other), Verdict::Refused);
    }

    #[test]
    fn a_server_that_once_vouched_is_not_believed_without_its_word() {
        let (_folder, store) = store();
        let (key, next) = (finger('a'), finger('b'));
        store.note_offered(KEYS_CALL).unwrap();
        store.pin(&key, Some(std::slice::from_ref(&key))).unwrap();
        assert_eq!(store.judge(&key, None, None).unwrap(), Verdict::Refused);
        let word = [key.clone(), next.clone()];
        assert_eq!(
            store.judge(&next, Some(&word), None).unwrap(),
            Verdict::Changed
        );
        assert_eq!(
            store.judge(&finger('c'), Some(&word), None).unwrap(),
            Verdict::Refused
        );
    }

    #[test]
    fn what_an_administrator_accepted_ends_with_the_word_of_the_server() {
        let (_folder, store) = store();
        let key = finger('a');
        store.note_offered(KEYS_CALL).unwrap();
        store.accept(key.clone()).unwrap();
        assert_eq!(store.judge(&key, None, None).unwrap(), Verdict::Trusted);
        store.pin(&key, Some(std::slice::from_ref(&key))).unwrap();
        assert_eq!(store.judge(&key, None, None).unwrap(), Verdict::Refused);
    }

    #[test]
    fn a_damaged_memory_is_an_error_and_trusts_nothing() {
        let (folder, store) = store();
        store.pin(&finger('a'), None).unwrap();
        std::fs::write(folder.path().join("server/trust.json"), "{").unwrap();
        store.judge(&finger('b'), None, None).unwrap_err();
    }
}

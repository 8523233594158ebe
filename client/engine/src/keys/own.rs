//! The key this computer made for itself, and what became of it at the server.

use std::io;
use std::path::{Path, PathBuf};

use migasfree_client_base::messages::ComputerId;
use migasfree_native::features::Features;
use migasfree_native::key::{KeyError, KeyPair, Thumbprint};
use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

use crate::files;
use crate::random::Random;

/// The private key, in PKCS#8 (DER).
pub const KEY_FILE: &str = "computer.key";
/// The key that is to take its place, until the server has said what becomes of it.
pub const NEXT_KEY_FILE: &str = "computer.key.next";
/// What became of the key at the server.
pub const ENROLMENT_FILE: &str = "native.json";
/// What the server defines for this computer.
pub const DEFINITIONS_FILE: &str = "definitions.json";
/// The list of software the server has.
pub const INVENTORY_FILE: &str = "inventory.json";
/// Which synchronisation the last one was.
pub const TURN_FILE: &str = "turn.json";
/// The certificate of this computer, with its key.
pub const CERTIFICATE_FILE: &str = "certificate.json";
/// Orders of the server, and what became of them.
pub const ORDERS_FOLDER: &str = "actions";
/// What the certificate of the server is checked by besides, in PEM.
pub const AUTHORITIES_FILE: &str = "authorities.pem";

/// The own key, or what is known of it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeyError {
    /// Never replaced by itself: the server knows this computer by this very key.
    #[error("{} is damaged: {source}", file.display())]
    Key {
        file: PathBuf,
        #[source]
        source: KeyError,
    },
    /// Not taken for a blank sheet, which would make a computer that moved over believe less than it did.
    #[error("{} is damaged: {source}", file.display())]
    Enrolment {
        file: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{}: {source}", file.display())]
    Io {
        file: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// What became of the own key at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Enrolment {
    /// The server knows this computer by it.
    Enrolled {
        computer: ComputerId,
        project: String,
        #[serde(default)]
        features: Features,
    },
    /// An administrator has to approve it.
    Pending { retry_after: u64 },
    /// The server never takes it again, for this reason.
    Rejected { reason: Box<Message> },
}

/// The folder with the own key at one server.
#[derive(Debug, Clone)]
pub struct OwnKey {
    folder: PathBuf,
}

impl OwnKey {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The key, if it was made.
    ///
    /// # Errors
    /// [`OwnKeyError`] when it is damaged or cannot be read.
    pub fn read(&self) -> Result<Option<KeyPair>, OwnKeyError> {
        self.read_key(KEY_FILE)
    }

    /// The key that is to take its place, if there is one.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn next_key(&self) -> Result<Option<KeyPair>, OwnKeyError> {
        self.read_key(NEXT_KEY_FILE)
    }

    /// Whether a key is to take the place of the one there is.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.folder.join(NEXT_KEY_FILE).exists()
    }

    /// Makes a key that is to take the place of the one there is, unless that was begun before.
    ///
    /// # Errors
    /// [`OwnKeyError`].
    pub fn prepare_next(&self, random: &dyn Random) -> Result<(), OwnKeyError> {
        if self.next_key()?.is_some() {
            return Ok(());
        }
        let key = KeyPair::generate(|seed| random.fill(seed));
        self.write(NEXT_KEY_FILE, &key.to_pkcs8())
    }

    /// The next key is the key from now on, where there is one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn take_next(&self) -> Result<(), OwnKeyError> {
        let file = self.folder.join(NEXT_KEY_FILE);
        match std::fs::rename(&file, self.folder.join(KEY_FILE)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(OwnKeyError::Io { file, source })
            }
            _ => Ok(()),
        }
    }

    /// No key takes the place of the one there is.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn drop_next(&self) -> Result<(), OwnKeyError> {
        let file = self.folder.join(NEXT_KEY_FILE);
        match files::remove_optional(&file) {
            Ok(_) => Ok(()),
            Err(source) => Err(OwnKeyError::Io { file, source }),
        }
    }

    fn read_key(&self, name: &str) -> Result<Option<KeyPair>, OwnKeyError> {
        let file = self.folder.join(name);
        match std::fs::read(&file) {
            Ok(der) => KeyPair::from_pkcs8(&der)
                .map(Some)
                .map_err(|source| OwnKeyError::Key { file, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(OwnKeyError::Io { file, source }),
        }
    }

    /// The key, which is made where there is none. One that is damaged stays as it is.
    ///
    /// # Errors
    /// [`OwnKeyError`].
    pub fn read_or_make(&self, random: &dyn Random) -> Result<KeyPair, OwnKeyError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let key = KeyPair::generate(|seed| random.fill(seed));
        self.write(KEY_FILE, &key.to_pkcs8())?;
        Ok(key)
    }

    /// What the key is called, where there is one that can be read.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Thumbprint> {
        Some(self.read().ok()??.public().thumbprint())
    }

    /// Whether the key is damaged or missing; `false` for who may not know.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self.read(), Ok(None) | Err(OwnKeyError::Key { .. }))
    }

    /// What became of the key.
    ///
    /// # Errors
    /// [`OwnKeyError`].
    pub fn enrolment(&self) -> Result<Option<Enrolment>, OwnKeyError> {
        let file = self.folder.join(ENROLMENT_FILE);
        match files::read_optional(&file) {
            Ok(Some(text)) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|source| OwnKeyError::Enrolment { file, source }),
            Ok(None) => Ok(None),
            Err(source) => Err(OwnKeyError::Io { file, source }),
        }
    }

    /// Remembers what became of the key.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save_enrolment(&self, enrolment: &Enrolment) -> Result<(), OwnKeyError> {
        let text = serde_json::to_vec(enrolment).map_err(|source| OwnKeyError::Enrolment {
            file: self.folder.join(ENROLMENT_FILE),
            source,
        })?;
        self.write(ENROLMENT_FILE, &text)
    }

    /// Forgets the key and what became of it: the next one is another.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn discard(&self) -> Result<(), OwnKeyError> {
        for name in [KEY_FILE, ENROLMENT_FILE] {
            let file = self.folder.join(name);
            if let Err(source) = files::remove_optional(&file) {
                return Err(OwnKeyError::Io { file, source });
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), OwnKeyError> {
        let file = self.folder.join(name);
        files::private_folder(&self.folder)
            .and_then(|()| files::write(&file, content, 0o600))
            .map_err(|source| OwnKeyError::Io { file, source })
    }

    /// Where everything of this server is kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[derive(Debug)]
    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn own() -> (tempfile::TempDir, OwnKey) {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnKey::new(folder.path().join("server"));
        (folder, own)
    }

    #[test]
    fn a_key_is_made_once_of_what_is_random_and_only_its_owner_can_read_it() {
        let (_folder, own) = own();
        assert!(own.read().unwrap().is_none() && own.fingerprint().is_none());
        let made = own.read_or_make(&Sevens).unwrap();
        let expected = KeyPair::generate(|seed| seed.fill(7));
        assert_eq!(made.public(), expected.public());
        let again = own.read_or_make(&Sevens).unwrap();
        assert_eq!(again.public(), made.public());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(own.folder()), 0o700);
        assert_eq!(mode(&own.folder().join(KEY_FILE)), 0o600);
    }

    #[test]
    fn the_next_key_takes_the_place_of_the_one_there_is_only_when_it_is_told_to() {
        let (_folder, own) = own();
        let first = own.read_or_make(&Sevens).unwrap();
        own.take_next().unwrap();
        let eights = KeyPair::generate(|seed| seed.fill(8));
        own.write(NEXT_KEY_FILE, &eights.to_pkcs8()).unwrap();
        own.prepare_next(&Sevens).unwrap();
        assert_eq!(own.read().unwrap().unwrap().public(), first.public());
        own.take_next().unwrap();
        assert_eq!(own.read().unwrap().unwrap().public(), eights.public());
        own.prepare_next(&Sevens).unwrap();
        assert!(own.has_next());
        own.drop_next().unwrap();
        assert!(!own.has_next());
    }

    #[test]
    fn a_damaged_key_is_told_and_never_replaced() {
        let (_folder, own) = own();
        own.read_or_make(&Sevens).unwrap();
        let file = own.folder().join(KEY_FILE);
        for damaged in [&b""[..], b"damaged"] {
            fs::write(&file, damaged).unwrap();
            let error = own.read_or_make(&Sevens).unwrap_err();
            assert!(matches!(error, OwnKeyError::Key { .. }), "{error}");
            assert_eq!(fs::read(&file).unwrap(), damaged);
        }
    }

    #[test]
    fn what_became_of_it_is_remembered_and_damage_is_no_blank_sheet() {
        let (_folder, own) = own();
        assert_eq!(own.enrolment().unwrap(), None);
        for enrolment in [
            Enrolment::Pending { retry_after: 60 },
            Enrolment::Rejected {
                reason: Box::new(Message::verbatim("no")),
            },
            Enrolment::Enrolled {
                computer: ComputerId(7),
                project: "p".into(),
                features: Features::all(),
            },
        ] {
            own.save_enrolment(&enrolment).unwrap();
            assert_eq!(own.enrolment().unwrap(), Some(enrolment));
        }
        fs::write(own.folder().join(ENROLMENT_FILE), "{").unwrap();
        own.enrolment().unwrap_err();
    }
}

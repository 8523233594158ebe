//! The keys this computer got from its server, and its number there; [`own`] has the one it made itself.

pub mod certificate;
pub mod own;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use migasfree_client_base::messages::ComputerId;
use migasfree_envelope::{KeyError, PrivateKey, PublicKey};
use serde::{Deserialize, Serialize};

use crate::files;

/// File with the name of the account the packager's keys were handed out to.
const PACKAGER_NAME: &str = "packager.user";

/// Files of the native protocol that go with the keys.
const NATIVE_FILES: [&str; 8] = [
    own::KEY_FILE,
    own::NEXT_KEY_FILE,
    own::ENROLMENT_FILE,
    own::DEFINITIONS_FILE,
    own::INVENTORY_FILE,
    own::CERTIFICATE_FILE,
    own::AUTHORITIES_FILE,
    own::TURN_FILE,
];

/// Why keys could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    #[error("there are no keys for this server and project")]
    Missing,
    /// Another key of the server than the one that is kept.
    #[error(
        "the server's keys are other ones than those this computer knows it by; if that is right, root runs \
         `migasfree register --accept-new-keys`"
    )]
    NewServer,
    #[error("{path}: {source}; {remedy}")]
    Damaged {
        path: String,
        #[source]
        source: KeyError,
        /// What to do.
        remedy: &'static str,
    },
    #[error("what the server hands out for {path} is no key: {source}")]
    NoKey {
        path: String,
        #[source]
        source: KeyError,
    },
    #[error("{path}: {source}")]
    Io {
        path: String,
        #[source]
        source: io::Error,
    },
}

const OF_COMPUTER: &str = "get the keys anew with `migasfree register`";
const OF_PACKAGER: &str =
    "remove this file; the next upload asks for name and password and gets new keys";

/// What seals and opens messages: an own private key and the server's public one.
#[derive(Debug, Clone)]
pub struct KeyPair {
    pub own: Arc<PrivateKey>,
    pub server: Arc<PublicKey>,
}

/// The folder that keeps what belongs to one server, mode 0700.
#[derive(Debug, Clone)]
pub struct KeyStore {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct ComputerRecord {
    id: ComputerId,
    project: String,
}

impl KeyStore {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The keys of a project.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`] when there are none.
    pub fn project(&self, project: &str) -> Result<KeyPair, KeyStoreError> {
        self.pair(&format!("{}.pri", file_name(project)), OF_COMPUTER)
    }

    /// The keys a packager uploads with.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`] when there are none.
    pub fn packager(&self) -> Result<KeyPair, KeyStoreError> {
        self.pair("packager.pri", OF_PACKAGER)
    }

    fn pair(&self, private: &str, remedy: &'static str) -> Result<KeyPair, KeyStoreError> {
        let damaged = |path: &Path, source| KeyStoreError::Damaged {
            path: path.display().to_string(),
            source,
            remedy,
        };
        let (private, server) = (self.folder.join(private), self.folder.join("server.pub"));
        let own = PrivateKey::from_pem(&read(&private)?).map_err(|e| damaged(&private, e))?;
        let public = PublicKey::from_pem(&read(&server)?).map_err(|e| damaged(&server, e))?;
        Ok(KeyPair {
            own: Arc::new(own),
            server: Arc::new(public),
        })
    }

    /// Keeps the keys of a project after checking that they are keys.
    ///
    /// # Errors
    /// When a text is no key or the folder cannot be written; nothing is kept then.
    pub fn save_project(
        &self,
        project: &str,
        own: &str,
        server: &str,
    ) -> Result<(), KeyStoreError> {
        self.save(&format!("{}.pri", file_name(project)), own, server)
    }

    /// As [`Self::save_project`], also where the server is known by another key. What belongs to that one is forgotten.
    ///
    /// # Errors
    /// When a text is no key or the folder cannot be written.
    pub fn replace_project(
        &self,
        project: &str,
        own: &str,
        server: &str,
    ) -> Result<(), KeyStoreError> {
        let name = format!("{}.pri", file_name(project));
        self.checked(&name, own, server)?;
        self.remove()?;
        self.save(&name, own, server)
    }

    /// Keeps a packager's keys after checking that they are keys.
    ///
    /// # Errors
    /// When a text is no key or the folder cannot be written; nothing is kept then.
    pub fn save_packager(&self, own: &str, server: &str) -> Result<(), KeyStoreError> {
        self.save("packager.pri", own, server)
    }

    /// Whose the packager's keys are; `None` for keys of an earlier client.
    #[must_use]
    pub fn packager_name(&self) -> Option<String> {
        files::read_optional(&self.folder.join(PACKAGER_NAME)).ok()?
    }

    /// Keeps whose the packager's keys are.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save_packager_name(&self, name: &str) -> Result<(), KeyStoreError> {
        let path = self.folder.join(PACKAGER_NAME);
        files::write(&path, name.as_bytes(), 0o600).map_err(|error| failed(&path, error))
    }

    fn save(&self, name: &str, own: &str, server: &str) -> Result<(), KeyStoreError> {
        let (private, public) = (self.folder.join(name), self.folder.join("server.pub"));
        let new = self.checked(name, own, server)?;
        // One that cannot be read says nothing.
        let known = read(&public)
            .ok()
            .and_then(|text| PublicKey::from_pem(&text).ok());
        if known.is_some_and(|known| known.to_pem() != new.to_pem()) {
            return Err(KeyStoreError::NewServer);
        }
        files::private_folder(&self.folder).map_err(|error| failed(&self.folder, error))?;
        files::write(&public, server.as_bytes(), 0o600).map_err(|error| failed(&public, error))?;
        files::write(&private, own.as_bytes(), 0o400).map_err(|error| failed(&private, error))
    }

    fn checked(&self, name: &str, own: &str, server: &str) -> Result<PublicKey, KeyStoreError> {
        let (private, public) = (self.folder.join(name), self.folder.join("server.pub"));
        let no_key = |path: &Path, source| KeyStoreError::NoKey {
            path: path.display().to_string(),
            source,
        };
        PrivateKey::from_pem(own).map_err(|error| no_key(&private, error))?;
        PublicKey::from_pem(server).map_err(|error| no_key(&public, error))
    }

    /// The number the server gave this computer in a project; `None` when it is not known.
    #[must_use]
    pub fn computer_id(&self, project: &str) -> Option<ComputerId> {
        let text = fs::read_to_string(self.folder.join("computer.json")).ok()?;
        let record: ComputerRecord = serde_json::from_str(&text).ok()?;
        (record.project == project).then_some(record.id)
    }

    /// Remembers the number.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save_computer_id(&self, project: &str, id: ComputerId) -> Result<(), KeyStoreError> {
        if self.computer_id(project) == Some(id) {
            return Ok(());
        }
        let path = self.folder.join("computer.json");
        let record = ComputerRecord {
            id,
            project: project.to_owned(),
        };
        let text = serde_json::to_vec(&record).map_err(|error| failed(&path, error.into()))?;
        files::write(&path, &text, 0o600).map_err(|error| failed(&path, error))
    }

    /// Forgets the number: the server does not know it any more.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget_computer_id(&self) -> Result<(), KeyStoreError> {
        let path = self.folder.join("computer.json");
        files::remove_optional(&path).map_err(|error| failed(&path, error))?;
        Ok(())
    }

    /// Forgets keys and number.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove(&self) -> Result<(), KeyStoreError> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Ok(());
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_key = path
                .extension()
                .is_some_and(|ending| ending == "pri" || ending == "pub");
            let is_native = NATIVE_FILES.iter().any(|name| path.ends_with(name));
            if is_key
                || is_native
                || path.ends_with("computer.json")
                || path.ends_with(PACKAGER_NAME)
            {
                files::remove_optional(&path).map_err(|error| failed(&path, error))?;
            }
        }
        Ok(())
    }

    /// Takes over the keys an earlier client left in `old`, with safe permissions. `true` when there were some.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn adopt(&self, old: &Path) -> Result<bool, KeyStoreError> {
        let keys = self.older_keys(old)?;
        let wanted = !self.folder.join("server.pub").exists();
        if keys.is_empty() {
            return Ok(false);
        }
        if wanted {
            files::private_folder(&self.folder).map_err(|error| failed(&self.folder, error))?;
            for key in &keys {
                files::write(&key.new, &key.content, key.mode)
                    .map_err(|error| failed(&key.new, error))?;
            }
        }
        // Everybody can read the old ones. Where they cannot be removed now, they are the next time.
        for key in &keys {
            if fs::read(&key.new).is_ok_and(|content| content == key.content) {
                fs::remove_file(&key.old).map_err(|error| failed(&key.old, error))?;
            }
        }
        Ok(wanted)
    }

    /// The keys in `old`, that of the server last: with it the move is complete. None without it.
    fn older_keys(&self, old: &Path) -> Result<Vec<OlderKey>, KeyStoreError> {
        let Ok(entries) = fs::read_dir(old) else {
            return Ok(Vec::new());
        };
        let mut keys = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            let part =
                |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
            let (name, ending) = (file_name(&part(path.file_stem())), part(path.extension()));
            let mode = match ending.as_str() {
                "pri" => 0o400,
                "pub" => 0o600,
                _ => continue,
            };
            keys.push(OlderKey {
                new: self.folder.join(format!("{name}.{ending}")),
                content: fs::read(&path).map_err(|error| failed(&path, error))?,
                mode,
                old: path,
            });
        }
        let is_server = |key: &OlderKey| key.old.ends_with("server.pub");
        keys.sort_by_key(is_server);
        let complete = keys.last().is_some_and(is_server);
        Ok(if complete { keys } else { Vec::new() })
    }
}

/// A key where an earlier client left it.
struct OlderKey {
    old: PathBuf,
    new: PathBuf,
    content: Vec<u8>,
    mode: u32,
}

/// A project's name as a file name: what is not a plain letter is written as `%` and its number.
fn file_name(project: &str) -> String {
    let mut name = String::new();
    for byte in project.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if plain || (byte == b'.' && !name.is_empty()) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    name
}

/// What is no text is no key either, and is told as one that is damaged.
fn read(path: &Path) -> Result<String, KeyStoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeyStoreError::Missing),
        Err(error) => Err(failed(path, error)),
    }
}

fn failed(path: &Path, source: io::Error) -> KeyStoreError {
    KeyStoreError::Io {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn pems() -> (String, String) {
        let (own, server) = (
            PrivateKey::generate().unwrap(),
            PrivateKey::generate().unwrap(),
        );
        (own.to_pem(), server.public().to_pem())
    }

    #[test]
    fn keys_are_kept_where_only_the_owner_can_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::new(folder.path().join("a/m.example"));
        let (own, server) = pems();
        assert!(matches!(
            store.project("p 1/x"),
            Err(KeyStoreError::Missing)
        ));
        store.save_project("p 1/x", &own, &server).unwrap();
        store.project("p 1/x").unwrap();
        let kept = folder.path().join("a/m.example");
        assert_eq!(mode(&kept), 0o700);
        assert_eq!(mode(&kept.join("p%201%2fx.pri")), 0o400);
        assert_eq!(mode(&kept.join("server.pub")), 0o600);
    }

    #[test]
    fn what_is_no_key_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::new(folder.path().to_owned());
        let (own, server) = pems();
        store.save_project("p", &own, &server).unwrap();
        assert!(store.save_project("p", "garbage", &server).is_err());
        assert!(store.save_project("p", &own, "").is_err());
        store.project("p").unwrap();
    }

    #[test]
    fn another_key_of_the_server_is_taken_only_when_that_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::new(folder.path().to_owned());
        let (own, server) = pems();
        store.save_project("p", &own, &server).unwrap();
        store.save_computer_id("p", ComputerId(7)).unwrap();
        let (own, other) = pems();
        for refused in [
            store.save_project("p", &own, &other),
            store.save_packager(&own, &other),
        ] {
            assert!(matches!(refused, Err(KeyStoreError::NewServer)));
        }
        assert_eq!(
            store.project("p").unwrap().server.to_pem(),
            PublicKey::from_pem(&server).unwrap().to_pem()
        );
        assert!(store.replace_project("p", "garbage", &other).is_err());
        assert_eq!(store.computer_id("p"), Some(ComputerId(7)));
        store.replace_project("p", &own, &other).unwrap();
        assert_eq!(store.computer_id("p"), None);
        // A damaged one is replaced by registering.
        for damaged in [&b"damaged"[..], b"", b"\xff\xfe\x00"] {
            fs::write(folder.path().join("server.pub"), damaged).unwrap();
            let told = store.project("p").unwrap_err().to_string();
            assert!(told.contains("migasfree register"), "{told}");
        }
        store.save_project("p", &own, &server).unwrap();
    }

    #[test]
    fn the_number_belongs_to_one_project_and_is_forgotten_with_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::new(folder.path().to_owned());
        let (own, server) = pems();
        store.save_project("p", &own, &server).unwrap();
        store.save_computer_id("p", ComputerId(7)).unwrap();
        assert_eq!(store.computer_id("p"), Some(ComputerId(7)));
        assert_eq!(store.computer_id("q"), None);
        store.remove().unwrap();
        assert_eq!(store.computer_id("p"), None);
        assert!(store.project("p").is_err());
    }

    #[test]
    fn readable_keys_of_an_earlier_client_are_taken_over_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::create_dir(&old).unwrap();
        let (own, server) = pems();
        fs::write(old.join("p 1.2.pri"), own).unwrap();
        fs::write(old.join("server.pub"), server).unwrap();
        let store = KeyStore::new(new.clone());
        assert!(store.adopt(&old).unwrap());
        assert!(!store.adopt(&old).unwrap());
        store.project("p 1.2").unwrap();
        assert_eq!(mode(&new.join("p%201.2.pri")), 0o400);
        assert!(!old.join("p 1.2.pri").exists());
    }
}

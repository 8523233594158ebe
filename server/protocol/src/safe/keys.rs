//! The key folder: RSA keys of the server and every project (2.1).

use std::collections::HashMap;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use migasfree_envelope::{KeyError, PrivateKey, PublicKey};

/// Begin of the file names that are the server's own.
const RESERVED: &str = "migasfree-";

/// Whose key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// The server: opens what is sent to it and signs what it answers.
    Server,
    /// All computers of a project, named by its slug.
    Project(&'a str),
}

impl Owner<'_> {
    /// The file name without its ending. A project never gets at a name of the server's own.
    fn file_stem(self) -> Result<String, KeyRingError> {
        Ok(match self {
            Self::Server => format!("{RESERVED}server"),
            Self::Project(slug) if slug.starts_with(RESERVED) => format!("project-{slug}"),
            Self::Project(slug) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if slug.is_empty() || !slug.chars().all(plain) {
                    return Err(KeyRingError::NoFileName(slug.to_owned()));
                }
                slug.to_owned()
            }
        })
    }
}

/// Why a key is not available.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The key folder cannot be read or written.
    #[error("{path}: {error}; check that the server's user owns the key folder")]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        error: io::Error,
    },
    /// A file holds no good key, or no new one could be made.
    #[error("{path}: {error}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: KeyError,
    },
    /// A project's slug is no file name.
    #[error("the project slug {0:?} cannot name a key file: rename the project")]
    NoFileName(String),
    /// The thread that made the key was cut off.
    #[error("the server is stopping")]
    Stopping,
}

/// The keys of one server. Keys are made on first use and stay loaded.
#[derive(Debug)]
pub struct KeyRing {
    folder: PathBuf,
    loaded: Mutex<HashMap<String, Arc<PrivateKey>>>,
    making: tokio::sync::Mutex<()>,
}

impl KeyRing {
    /// Uses a folder, creating it with mode 0700.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            loaded: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key of `owner`; made and stored when there is none yet.
    ///
    /// # Errors
    /// [`KeyRingError`]
    pub async fn get(&self, owner: Owner<'_>) -> Result<Arc<PrivateKey>, KeyRingError> {
        let stem = owner.file_stem()?;
        if let Some(key) = self.cached(&stem) {
            return Ok(key);
        }
        let _one_at_a_time = self.making.lock().await;
        if let Some(key) = self.cached(&stem) {
            return Ok(key);
        }
        let path = self.folder.join(format!("{stem}.pri"));
        let key = tokio::task::spawn_blocking(move || load_or_make(&path))
            .await
            .map_err(|_| KeyRingError::Stopping)??;
        let key = Arc::new(key);
        self.locked().insert(stem, Arc::clone(&key));
        Ok(key)
    }

    /// The public half of the key that all packagers shared, where an installation brought one along.
    ///
    /// # Errors
    /// When its file is damaged or cannot be read.
    pub async fn common_packager(&self) -> Result<Option<Arc<PublicKey>>, KeyRingError> {
        let stem = self.folder.join(format!("{RESERVED}packager"));
        tokio::task::spawn_blocking(move || read_common(&stem))
            .await
            .map_err(|_| KeyRingError::Stopping)?
            .map(|key| key.map(Arc::new))
    }

    fn cached(&self, stem: &str) -> Option<Arc<PrivateKey>> {
        self.locked().get(stem).cloned()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<PrivateKey>>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_common(stem: &Path) -> Result<Option<PublicKey>, KeyRingError> {
    let from_private = |text: &str| {
        let key = PrivateKey::from_pem(text)?;
        PublicKey::from_pem(&key.public().to_pem())
    };
    type Read<'a> = &'a dyn Fn(&str) -> Result<PublicKey, KeyError>;
    let kinds: [(&str, Read<'_>); 2] = [("pub", &PublicKey::from_pem), ("pri", &from_private)];
    for (ending, read) in kinds {
        let path = stem.with_extension(ending);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                return read(&text)
                    .map(Some)
                    .map_err(|error| KeyRingError::Key { path, error });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(KeyRingError::Io { path, error }),
        }
    }
    Ok(None)
}

fn load_or_make(path: &Path) -> Result<PrivateKey, KeyRingError> {
    let io_error = |error| KeyRingError::Io {
        path: path.to_owned(),
        error,
    };
    let key_error = |error| KeyRingError::Key {
        path: path.to_owned(),
        error,
    };
    if !path.try_exists().map_err(io_error)? {
        let key = PrivateKey::generate().map_err(key_error)?;
        write_new(path, &key.to_pem()).map_err(io_error)?;
    }
    // Read back also after writing: another process may have been first.
    let text = std::fs::read_to_string(path).map_err(io_error)?;
    let key = PrivateKey::from_pem(&text).map_err(key_error)?;
    let public = path.with_extension("pub");
    if !public.try_exists().map_err(io_error)? {
        write_new(&public, &key.public().to_pem()).map_err(io_error)?;
    }
    Ok(key)
}

/// Writes a file nobody may change, complete or not at all; one that is there stays.
pub(crate) fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o400))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(failed.error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn keys_are_made_once_kept_private_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(folder.path()).unwrap();
        let (one, two) = tokio::join!(
            ring.get(Owner::Project("debian-12")),
            ring.get(Owner::Project("debian-12"))
        );
        let thumbprint = one.unwrap().public().thumbprint().to_owned();
        assert_eq!(two.unwrap().public().thumbprint(), thumbprint);

        for name in ["debian-12.pri", "debian-12.pub"] {
            let mode = std::fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o400, "{name}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        let again = KeyRing::open(folder.path()).unwrap();
        let key = again.get(Owner::Project("debian-12")).await.unwrap();
        assert_eq!(key.public().thumbprint(), thumbprint);
    }

    #[tokio::test]
    async fn no_project_gets_the_servers_key_or_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(folder.path()).unwrap();
        let server = ring.get(Owner::Server).await.unwrap();
        let project = ring.get(Owner::Project("migasfree-server")).await.unwrap();
        assert_ne!(server.public().thumbprint(), project.public().thumbprint());
        for slug in ["", "../x", "a.b"] {
            let refused = ring.get(Owner::Project(slug)).await;
            assert!(
                matches!(refused, Err(KeyRingError::NoFileName(_))),
                "{slug}"
            );
        }
    }

    #[tokio::test]
    async fn a_damaged_key_file_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migasfree-server.pri");
        std::fs::write(&path, "damaged").unwrap();
        let ring = KeyRing::open(folder.path()).unwrap();
        let refused = ring.get(Owner::Server).await.unwrap_err();
        assert!(refused.to_string().contains("migasfree-server.pri"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "damaged");
    }
}

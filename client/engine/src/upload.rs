//! Sending packages to the server, with a packager's keys (`client` 21). Never through the daemon: credentials and
//! keys belong to the packager.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use migasfree_types::message::Message;
use serde_json::json;

use crate::keys::{KeyStore, KeyStoreError};
use crate::transport::ApiError;
use crate::transport::api::{OpenServer, SealedServer};

/// Where packages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub project: String,
    pub store: String,
}

/// Why an upload failed.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("{}: {source}", path.display())]
    Source {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{0} holds no files")]
    Empty(String),
    /// It is called as packages are and is none.
    #[error("{0} is called a package and is none: it is empty, cut off or something else")]
    NoPackage(String),
    #[error("{0:?} has characters that no file on the server may be called by; rename it")]
    Name(String),
    #[error("{0} leads out of the folder; put the file itself there, or leave the link out")]
    LeadsOut(String),
    #[error("the packager's keys cannot be used: {0}")]
    Keys(#[from] KeyStoreError),
    #[error("the server does not accept these credentials of a packager: {0}")]
    Credentials(Box<Message>),
    #[error("{}: {source}", path.display())]
    Rejected {
        path: PathBuf,
        #[source]
        source: ApiError,
    },
    #[error(transparent)]
    Server(#[from] ApiError),
}

/// A packager at one server.
#[derive(Debug)]
pub struct Uploader {
    server: SealedServer,
    target: Target,
    made_store: AtomicBool,
}

impl Uploader {
    /// With the keys kept from an earlier upload.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`] when there are none: use [`Uploader::sign_in`].
    pub fn open(server: &OpenServer, keys: &KeyStore, target: Target) -> Result<Self, UploadError> {
        let server = server.with_keys(keys.packager()?, &target.project);
        Ok(Self {
            server,
            target,
            made_store: AtomicBool::new(false),
        })
    }

    /// Gets keys with the packager's credentials and keeps them.
    ///
    /// # Errors
    /// [`UploadError::Credentials`] when the server does not accept them.
    pub async fn sign_in(
        server: &OpenServer,
        keys: &KeyStore,
        target: Target,
        username: &str,
        password: &str,
    ) -> Result<Self, UploadError> {
        let handed_out =
            server
                .packager_keys(username, password)
                .await
                .map_err(|error| match error {
                    ApiError::Status {
                        status: 401 | 403,
                        said,
                        ..
                    } => UploadError::Credentials(said),
                    other => other.into(),
                })?;
        keys.save_packager(&handed_out.own, &handed_out.server)?;
        keys.save_packager_name(username)?;
        Self::open(server, keys, target)
    }

    /// Whether the store was not there before. Servers of version 5 do not say.
    #[must_use]
    pub fn made_store(&self) -> bool {
        self.made_store.load(Ordering::Relaxed)
    }

    /// Sends one package or other file, which the server keeps beside them.
    ///
    /// # Errors
    /// [`UploadError`]; the server then has nothing of it.
    pub async fn file(&self, path: &Path) -> Result<Sent, UploadError> {
        check_name(path)?;
        let kind = sniff(path)?;
        let claims = json!({
            "project": self.target.project,
            "store": self.target.store,
            "is_package": kind.is_package(),
            "ask_new_store": true,
        });
        self.send("packages/", claims, path, kind).await?;
        if !kind.is_package() {
            return Ok(Sent::PlainFile);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.rebuild(&name).await?;
        Ok(Sent::Package)
    }

    /// Sends every file below a folder as one package set, telling `sent` after each.
    ///
    /// # Errors
    /// [`UploadError`]; what was sent before stays.
    pub async fn folder(
        &self,
        folder: &Path,
        mut sent: impl FnMut(&Path),
    ) -> Result<usize, UploadError> {
        let name = set_name(folder)?;
        let files = files_below(folder)?;
        for path in &files {
            check_name(path.strip_prefix(folder).unwrap_or(path))?;
            sniff(path)?;
        }
        if files.is_empty() || name.is_empty() {
            return Err(UploadError::Empty(folder.display().to_string()));
        }
        for path in &files {
            let inside = path
                .strip_prefix(folder)
                .unwrap_or(path)
                .parent()
                .unwrap_or(Path::new(""));
            let claims = json!({
                "project": self.target.project,
                "store": self.target.store,
                "packageset": name,
                "path": inside.to_string_lossy(),
                "ask_new_store": true,
            });
            self.send("packages/set/", claims, path, sniff(path)?)
                .await?;
            sent(path);
        }
        self.rebuild(&name).await?;
        Ok(files.len())
    }

    async fn send(
        &self,
        call: &str,
        claims: serde_json::Value,
        path: &Path,
        kind: Kind,
    ) -> Result<(), UploadError> {
        let rejected = |source| UploadError::Rejected {
            path: path.to_owned(),
            source,
        };
        let sent = self.server.upload(call, claims, path, kind.media_type());
        let answer = sent.await.map_err(rejected)?;
        if answer["new_store"] == true {
            self.made_store.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A server that looks only for packages does not find a set by its name: the files are there all the same.
    async fn rebuild(&self, name: &str) -> Result<(), UploadError> {
        match self
            .server
            .rebuild_repositories(&self.target.project, name)
            .await
        {
            Err(ApiError::Status { status: 404, .. }) => Ok(()),
            Err(error) if error.is_not_offered() => Ok(()),
            other => Ok(other?),
        }
    }
}

/// What the server took a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Deployments can offer it.
    Package,
    /// It lies in the store and is installed nowhere.
    PlainFile,
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Deb,
    Rpm,
    Other,
}

impl Kind {
    fn of(head: &[u8]) -> Self {
        if head.starts_with(b"!<arch>\ndebian-binary") {
            Self::Deb
        } else if head.starts_with(&[0xed, 0xab, 0xee, 0xdb]) {
            Self::Rpm
        } else {
            Self::Other
        }
    }

    fn is_package(self) -> bool {
        self != Self::Other
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Deb => "application/vnd.debian.binary-package",
            Self::Rpm => "application/x-rpm",
            Self::Other => "application/octet-stream",
        }
    }
}

/// Whether a file or folder is there and can be read: to be known before anybody is asked for anything.
///
/// # Errors
/// [`UploadError::Source`].
pub fn check_source(path: &Path) -> Result<(), UploadError> {
    let open = || {
        if fs::metadata(path)?.is_dir() {
            fs::read_dir(path).map(drop)
        } else {
            File::open(path).map(drop)
        }
    };
    open().map_err(|source| UploadError::Source {
        path: path.to_owned(),
        source,
    })
}

/// The folder's own name, also of `.` and `..`.
fn set_name(folder: &Path) -> Result<String, UploadError> {
    let real = folder
        .canonicalize()
        .map_err(|source| UploadError::Source {
            path: folder.to_owned(),
            source,
        })?;
    let named = folder.file_name().or(real.file_name()).unwrap_or_default();
    Ok(named.to_string_lossy().into_owned())
}

fn sniff(path: &Path) -> Result<Kind, UploadError> {
    let read = || {
        let mut head = Vec::new();
        File::open(path)?.take(64).read_to_end(&mut head)?;
        Ok(Kind::of(&head))
    };
    let kind = read().map_err(|source| UploadError::Source {
        path: path.to_owned(),
        source,
    })?;
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if !kind.is_package() && (ending == "deb" || ending == "rpm") {
        return Err(UploadError::NoPackage(path.display().to_string()));
    }
    Ok(kind)
}

/// Refuses names that would act on whoever sees them.
fn check_name(path: &Path) -> Result<(), UploadError> {
    let name = path.to_string_lossy();
    if name.chars().any(migasfree_types::shown::is_hidden) {
        return Err(UploadError::Name(name.into_owned()));
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, UploadError> {
    let top = folder.canonicalize();
    let leads_out = |path: &Path| match (&top, path.canonicalize()) {
        (Ok(top), Ok(target)) => !target.starts_with(top),
        _ => true,
    };
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| UploadError::Source {
            path: folder.clone(),
            source,
        };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let leads_to_file = || fs::metadata(entry.path()).is_ok_and(|file| file.is_file());
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() || (kind.is_symlink() && leads_to_file()) {
                if leads_out(&entry.path()) {
                    return Err(UploadError::LeadsOut(entry.path().display().to_string()));
                }
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn packages_are_known_by_their_first_bytes() {
        assert!(Kind::of(b"!<arch>\ndebian-binary   0").is_package());
        assert!(Kind::of(&[0xed, 0xab, 0xee, 0xdb, 3]).is_package());
        assert!(!Kind::of(b"#!/bin/sh").is_package());
        assert!(!Kind::of(b"").is_package());
    }

    #[test]
    fn links_to_files_are_files_and_links_to_folders_are_no_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.deb"), "a").unwrap();
        std::os::unix::fs::symlink(path("a.deb"), path("b.deb")).unwrap();
        std::os::unix::fs::symlink(folder.path(), path("loop")).unwrap();
        let found = files_below(folder.path()).unwrap();
        assert_eq!(found, [path("a.deb"), path("b.deb")]);
        assert_eq!(set_name(Path::new(".")).unwrap(), "engine");
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::os::unix::fs::symlink(outside.path(), path("c.deb")).unwrap();
        let error = files_below(folder.path()).unwrap_err();
        assert!(matches!(error, UploadError::LeadsOut(_)), "{error}");
    }
}

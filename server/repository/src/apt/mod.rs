//! Repositories as apt reads them: indexes, `Release` and its signatures.

mod chunks;
mod index;
mod reader;
mod release;
pub mod stanza;

pub use chunks::Chunks;
pub use reader::{Offer, Unreadable, read_back};

use bytes::Bytes;
use migasfree_deb::Digests;
use migasfree_server_db::Ts;
use migasfree_server_files::NewBlob;

use crate::signing::{Signer, SigningError};

/// A package to be listed.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// Its part of an index, without the line that says where the file is.
    pub stanza: String,
    /// Where the file is, below `PKGS`.
    pub path: String,
}

/// What a repository is made of.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Suite and codename.
    pub suite: &'a str,
    /// Each has an index.
    pub architectures: Vec<String>,
    /// What is listed.
    pub packages: Vec<&'a Listed>,
}

/// A file of a repository.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Below the repository's folder.
    pub path: String,
    /// What is in it.
    pub content: Bytes,
    /// Of that.
    pub digests: Digests,
}

impl Generated {
    fn new(path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self {
            path: path.into(),
            digests: Digests::of(&content),
            content,
        }
    }

    /// As the file store takes it.
    pub fn blob(&self) -> NewBlob {
        NewBlob {
            sha256: self.digests.sha256.clone(),
            content: self.content.clone(),
        }
    }
}

/// Makes every file of a repository but the packages.
///
/// # Errors
/// When the key does not sign.
pub fn build(
    mut contents: Contents<'_>,
    signer: &Signer,
    chunks: &Chunks,
    now: Ts,
) -> Result<Vec<Generated>, SigningError> {
    contents
        .packages
        .sort_by(|a, b| (&a.name, &a.version, &a.path).cmp(&(&b.name, &b.version, &b.path)));
    let mut files = index::all(&contents, chunks);
    let release = release::text(&contents, &files, now);
    let inline = signer.sign_inline(&release, now)?;
    let detached = signer.sign_detached(release.as_bytes(), now)?;
    files.push(Generated::new("Release", release));
    files.push(Generated::new("Release.gpg", detached));
    files.push(Generated::new("InRelease", inline));
    Ok(files)
}

//! What repositories are made of, and what can be wrong with one.

use bytes::Bytes;
use migasfree_server_files::NewBlob;

use super::Digests;

/// A package to be listed.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// Its part of an index, without what says where the file is.
    pub record: String,
    /// Where the file is, below the folder of packages.
    pub path: String,
}

/// What a repository is made of.
#[derive(Debug)]
pub struct Contents<'a> {
    /// What the repository is called.
    pub repository: &'a str,
    /// Architectures of the machines it is for.
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
    /// A file with this content.
    pub fn new(path: impl Into<String>, content: impl Into<Bytes>) -> Self {
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

/// A package as the repository has to offer it.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its architecture.
    pub architecture: &'a str,
    /// Where the file is, below the folder of packages.
    pub path: &'a str,
    /// Digest of the file.
    pub sha256: &'a str,
    /// Bytes of the file.
    pub size: i64,
}

/// Why package managers must not see a repository.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The package manager would stop at a package.
    #[error("{reader} cannot read {file}: {reason}; correct that package or take it out")]
    Index {
        /// The package manager.
        reader: &'static str,
        /// The index.
        file: String,
        /// Where it stops.
        reason: String,
    },
    /// Two different files claim to be the same package.
    #[error(
        "{first} and {second} are different files of the same package and version: take one out"
    )]
    Twice {
        /// Where the one is.
        first: String,
        /// Where the other is.
        second: String,
    },
    /// A file is not what another one says of it.
    #[error("{file} of the repository is damaged: {reason}; publish it again")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

impl Unreadable {
    /// A file that is not what another one says of it.
    pub fn damaged(file: &str, reason: impl Into<String>) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            reason: reason.into(),
        }
    }
}

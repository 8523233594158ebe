//! What is learnt from a package file.

use std::io;

use migasfree_types::message::Message;

use super::Digests;

/// A package file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What the package says of itself.
    pub facts: Facts,
    /// Its part of an index, as the format writes it there, but for where the file is. Kept as it is, and given back
    /// when an index is built.
    pub record: String,
    /// Of the whole file.
    pub digests: Digests,
}

/// What a package says of itself. Texts it does not have are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// One line.
    pub summary: String,
    /// Paragraphs.
    pub description: String,
    /// Section of the archive.
    pub section: String,
    /// Address of the project it comes from.
    pub homepage: String,
    /// Short names of licences.
    pub licence: String,
    /// What it needs, as the package writes it.
    pub depends: String,
    /// Bytes once installed.
    pub installed_size: Option<u64>,
}

/// Why a file could not be read as a package.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is none, or not a good one. The text is for whoever sent it.
    #[error("{0}")]
    Package(Message),
    /// The file could not be read; nothing is known about the package.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
}

impl FileError {
    /// Whether the file is to blame, and not the place it was read from.
    pub fn is_about_the_file(&self) -> bool {
        matches!(self, Self::Package(_))
    }
}

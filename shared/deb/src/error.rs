//! What can be wrong with a package file.

use std::io;

use crate::{ParagraphError, RelationError};

/// Why a package could not be read. The messages are for the person who uploaded it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file is something else.
    #[error("this is not a Debian package: {0}")]
    NotAPackage(&'static str),
    /// The file ends in the middle of something.
    #[error("the file is cut off in {0}; transfer it again")]
    Truncated(String),
    /// Something is larger than [`crate::Limits`] allows.
    #[error("{what} is larger than the {limit} bytes allowed")]
    TooLarge {
        /// The part of the package.
        what: String,
        /// The limit it broke, in bytes.
        limit: u64,
    },
    /// There is more of something than [`crate::Limits`] allows.
    #[error("the package has more than {limit} {what}")]
    TooMany {
        /// The things counted.
        what: &'static str,
        /// The limit they broke.
        limit: u64,
    },
    /// A part breaks the rules of its format.
    #[error("{part} is malformed: {detail}")]
    Malformed {
        /// The part of the package.
        part: String,
        /// The rule broken.
        detail: &'static str,
    },
    /// A compression or format version this reader does not know.
    #[error("{0} is not supported; build the package with gzip, xz or zstd")]
    Unsupported(String),
    /// The compressed data of a part is damaged.
    #[error("{part} cannot be unpacked: {source}")]
    Compression {
        /// The part of the package.
        part: String,
        /// What the decoder said.
        source: io::Error,
    },
    /// The control file is not a valid paragraph.
    #[error("the control file is malformed: {0}")]
    Control(#[from] ParagraphError),
    /// A required field is missing or has a value that cannot be used.
    #[error("the control field {field} {detail}")]
    Field {
        /// The name of the field.
        field: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// dpkg does not understand what a field says of other packages.
    #[error("the control field {field} {source}")]
    Relation {
        /// The name of the field.
        field: &'static str,
        /// What is wrong with it.
        source: RelationError,
    },
    /// The architecture is one of another package system.
    #[error(
        "the control field Architecture has {found:?}, which apt does not know: write {instead}"
    )]
    Architecture {
        /// What it says.
        found: String,
        /// What apt calls it.
        instead: &'static str,
    },
    /// The source failed; nothing is known about the package.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
}

impl ReadError {
    pub(crate) fn malformed(part: impl Into<String>, detail: &'static str) -> Self {
        Self::Malformed {
            part: part.into(),
            detail,
        }
    }

    pub(crate) fn too_large(what: impl Into<String>, limit: u64) -> Self {
        Self::TooLarge {
            what: what.into(),
            limit,
        }
    }

    /// Whether the file is to blame, and not the place it was read from.
    pub fn is_about_the_file(&self) -> bool {
        !matches!(self, Self::Io(_))
    }
}

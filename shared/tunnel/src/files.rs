//! What is asked and answered about files (remote support, 13.5 U-02).
//!
//! The request is that of the open, the answer that of the open-ok. Bytes of the file follow as they are. Who puts a file
//! half-closes behind it and then gets one line of JSON, a [`Stored`].

use serde::{Deserialize, Serialize};

use crate::message::Failure;

/// What is wanted of the computer's files. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum FileRequest {
    /// What is in a folder.
    List {
        /// The folder.
        path: String,
    },
    /// A file's bytes.
    Get {
        /// The file.
        path: String,
        /// From where on.
        #[serde(default)]
        offset: u64,
    },
    /// A file's place for bytes that come.
    Put {
        /// The file.
        path: String,
        /// How large it will be.
        size: u64,
        /// The SHA-256 of all of it, in hexadecimal.
        sha256: String,
        /// How much of it the computer has already, of an attempt before.
        #[serde(default)]
        offset: u64,
        /// Its permissions, as numbers of `chmod`.
        mode: Option<u32>,
    },
    /// What is known of a file or folder.
    Stat {
        /// The file or folder.
        path: String,
    },
}

/// The answer to a [`FileRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum FileAnswer {
    /// To a list.
    List {
        /// The first ones, as many as there is room for.
        entries: Vec<Entry>,
        /// Whether others follow on the stream, each an [`Entry`] in a line of JSON.
        #[serde(default)]
        more: bool,
    },
    /// To a get: the bytes from `offset` on follow.
    Get {
        /// How large the whole file is.
        size: u64,
        /// The SHA-256 of the whole file, in hexadecimal, where it is known beforehand.
        sha256: Option<String>,
        /// When it was changed, in Unix seconds.
        modified: i64,
        /// Where the bytes begin.
        offset: u64,
    },
    /// To a put: bytes from `offset` on are expected.
    Put {
        /// How much is there already.
        offset: u64,
    },
    /// To a stat.
    Stat {
        /// What is known.
        entry: Entry,
    },
}

/// A file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// How large it is.
    pub size: u64,
    /// When it was changed, in Unix seconds.
    pub modified: i64,
    /// Its permissions, as numbers of `chmod`.
    pub mode: u32,
    /// Whose it is: a name, or a number where the computer has none for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a socket, or what else there is.
    #[serde(other)]
    Other,
}

/// What became of a put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Whether the file is in its place.
    pub ok: bool,
    /// The SHA-256 of what came, in hexadecimal.
    pub sha256: Option<String>,
    /// Why it is not in its place.
    pub failure: Option<Failure>,
}

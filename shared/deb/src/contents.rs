//! The list of what a package puts on a computer.

use std::io::{self, Read};

use crate::compression::unpack;
use crate::licence::of_copyright;
use crate::tar::{Header, Walker};
use crate::{Limits, ReadError};

/// Bytes of a copyright file that are looked at.
const STORED_COPYRIGHT: u64 = 256 * 1024;
/// Bytes of a compressed changelog that are looked at.
const STORED_CHANGELOG: u64 = 1024 * 1024;

/// What is in `data.tar`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// In the order of the archive.
    pub entries: Vec<Entry>,
    /// Bytes of all regular files listed.
    pub size: u64,
    /// Why the list ends early, if it does.
    pub incomplete: Option<String>,
    /// The newest part of Debian's changelog, or upstream's where there is no other.
    pub changelog: Option<String>,
}

/// One path of the list. Paths are for reading only: nothing may be opened by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path without a leading `./`.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of a regular file.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
}

/// The kinds of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link and where it points.
    Symlink(String),
    /// A hard link and the path it repeats.
    Hardlink(String),
    /// A device, a pipe or something unknown.
    Other,
}

/// Looks for the copyright file in the data member `name`; what cannot be read has none.
pub(crate) fn licence(name: &str, data: &mut dyn Read, limits: &Limits) -> Option<String> {
    if limits.licence_search == 0 {
        return None;
    }
    let unpacked = unpack(name, "data.tar", data).ok()?;
    let mut walker = Walker::new(unpacked, name, limits.licence_search, limits.path);
    while let Some(header) = walker.next().ok()? {
        if header.kind == b'0' && documentation(&header.path) == Some("copyright") {
            let text = walker.start_of_content(STORED_COPYRIGHT).ok()?;
            return of_copyright(&String::from_utf8_lossy(&text));
        }
    }
    None
}

/// Lists the data member `name`; a failure ends the list and is noted in it.
pub(crate) fn list(name: &str, data: &mut dyn Read, limits: &Limits) -> Contents {
    let mut contents = Contents::default();
    if let Err(error) = walk(name, data, limits, &mut contents) {
        contents.incomplete = Some(error.to_string());
    }
    contents
}

fn walk(
    name: &str,
    data: &mut dyn Read,
    limits: &Limits,
    contents: &mut Contents,
) -> Result<(), ReadError> {
    let unpacked = unpack(name, "data.tar", data)?;
    let mut walker = Walker::new(unpacked, name, limits.data_unpacked, limits.path);
    let mut rank = None;
    let mut paths = 0;
    while let Some(header) = walker.next()? {
        if contents.entries.len() as u64 == limits.data_entries {
            return Err(ReadError::TooMany {
                what: "files",
                limit: limits.data_entries,
            });
        }
        paths += (header.path.len() + header.link.len()) as u64;
        if paths > limits.data_paths {
            return Err(ReadError::too_large("the list of files", limits.data_paths));
        }
        let found = changelog_rank(&header.path);
        if found.is_some() && header.kind == b'0' && found > rank {
            let stored = walker.start_of_content(STORED_CHANGELOG)?;
            contents.changelog = changelog(&header.path, &stored, limits.changelog);
            rank = found;
        }
        let entry = entry(header);
        contents.size = contents.size.saturating_add(entry.size);
        contents.entries.push(entry);
    }
    Ok(())
}

fn entry(header: Header) -> Entry {
    let kind = match header.kind {
        b'0' | b'7' => EntryKind::File,
        b'5' => EntryKind::Directory,
        b'2' => EntryKind::Symlink(header.link),
        b'1' => EntryKind::Hardlink(header.link),
        _ => EntryKind::Other,
    };
    Entry {
        path: header.path,
        kind,
        size: header.size,
        mode: header.mode,
    }
}

/// The name of a file in a package's documentation folder.
fn documentation(path: &str) -> Option<&str> {
    let (_package, file) = path.strip_prefix("usr/share/doc/")?.split_once('/')?;
    (!file.contains('/')).then_some(file)
}

fn changelog_rank(path: &str) -> Option<u8> {
    let file = documentation(path)?;
    match file.strip_suffix(".gz").unwrap_or(file) {
        "changelog.Debian" => Some(2),
        "changelog" => Some(1),
        _ => None,
    }
}

fn changelog(path: &str, stored: &[u8], limit: u64) -> Option<String> {
    let mut text = Vec::new();
    let read = if path.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(stored)
            .take(limit)
            .read_to_end(&mut text)
    } else {
        stored.take(limit).read_to_end(&mut text)
    };
    // The start of a long changelog is cut off inside the compressed data.
    let cut_off = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
    if read.is_err_and(|error| !cut_off(&error)) {
        return None;
    }
    let text = String::from_utf8_lossy(&text).replace('\0', "");
    (!text.trim().is_empty()).then_some(text)
}

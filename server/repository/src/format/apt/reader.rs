//! The second reader of a repository: reads back what was written as apt would, before computers
//! get to see it.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::read::MultiGzDecoder;
use migasfree_deb::{IndexEntry, read_index};
use sha2::{Digest, Sha256};

use super::ALL;
use super::tree::{DETACHED, INLINE, RELEASE, architecture_of, folder_of_packages};
use crate::format::{Generated, Offer, Unreadable};
use crate::signing::Signer;

/// Reads a repository from its signatures to its last package.
///
/// # Errors
/// [`Unreadable`] names what computers would stumble over.
pub(super) fn read_back(
    files: &[Generated],
    suite: &str,
    offers: &[Offer<'_>],
    signer: &Signer,
) -> Result<(), Unreadable> {
    let text = |path: &str| -> Result<&str, Unreadable> {
        let found = files.iter().find(|file| file.path == path);
        let found = found.ok_or_else(|| Unreadable::damaged(path, "it is missing"))?;
        std::str::from_utf8(&found.content).map_err(|_| Unreadable::damaged(path, "it is no text"))
    };
    let release = text(RELEASE)?;
    let signed = signer.verify_inline(text(INLINE)?);
    let signed = signed.map_err(|error| Unreadable::damaged(INLINE, error.to_string()))?;
    if signed.trim_end() != release.trim_end() {
        return Err(Unreadable::damaged(
            INLINE,
            "it says something else than Release",
        ));
    }
    signer
        .verify_detached(release.as_bytes(), text(DETACHED)?)
        .map_err(|error| Unreadable::damaged(DETACHED, error.to_string()))?;
    let offered: HashMap<&str, &Offer<'_>> =
        offers.iter().map(|offer| (offer.path, offer)).collect();
    for (path, size, sha256) in checksums(release)? {
        let found = files.iter().find(|file| file.path == path);
        let file = found.ok_or_else(|| Unreadable::damaged(path, "it is missing"))?;
        if file.content.len() != size || hex::encode(Sha256::digest(&file.content)) != sha256 {
            return Err(Unreadable::damaged(
                path,
                "it is not the file Release tells of",
            ));
        }
        let Some(architecture) = architecture_of(path) else {
            continue;
        };
        let unpacked = unpack(path, &file.content)?;
        let entries = read_index(&unpacked).map_err(|source| Unreadable::Index {
            reader: "apt",
            file: path.to_owned(),
            reason: source.to_string(),
        })?;
        check(path, &entries, suite, &offered)?;
        let wanted = offers
            .iter()
            .filter(|offer| [ALL, architecture].contains(&offer.architecture))
            .count();
        if entries.len() != wanted {
            let reason = format!("{} packages are in it instead of {wanted}", entries.len());
            return Err(Unreadable::damaged(path, reason));
        }
    }
    Ok(())
}

/// What `Release` says of the files by SHA-256: path, size, digest.
fn checksums(release: &str) -> Result<Vec<(&str, usize, &str)>, Unreadable> {
    let lines = release.lines().skip_while(|line| *line != "SHA256:");
    let lines = lines.skip(1).take_while(|line| line.starts_with(' '));
    let read = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (sha256, size, path) = (words.next()?, words.next()?, words.next()?);
        Some((path, size.parse().ok()?, sha256))
    });
    let read: Option<Vec<_>> = read.collect();
    read.filter(|read| !read.is_empty())
        .ok_or_else(|| Unreadable::damaged(RELEASE, "it tells of no files"))
}

fn unpack(path: &str, content: &[u8]) -> Result<String, Unreadable> {
    let mut text = String::new();
    let read = if path.ends_with(".gz") {
        MultiGzDecoder::new(content).read_to_string(&mut text)
    } else {
        let mut plain = content;
        plain.read_to_string(&mut text)
    };
    read.map_err(|error| Unreadable::damaged(path, error.to_string()))?;
    Ok(text)
}

/// Every package of an index is one of those offered, and none is there with two contents.
fn check(
    path: &str,
    entries: &[IndexEntry<'_>],
    suite: &str,
    offered: &HashMap<&str, &Offer<'_>>,
) -> Result<(), Unreadable> {
    let folder = folder_of_packages(suite);
    let mut seen: HashMap<(&str, &str, &str), &IndexEntry<'_>> = HashMap::new();
    let mut places = HashSet::new();
    for entry in entries {
        let known = entry
            .file_name
            .strip_prefix(folder.as_str())
            .and_then(|path| offered.get(path));
        let fits = known.is_some_and(|offer| {
            (offer.sha256, offer.size) == (entry.sha256, i64::try_from(entry.size).unwrap_or(-1))
                && offer.name.eq_ignore_ascii_case(entry.name)
                && offer.version == entry.version
                && offer.architecture == entry.architecture
        });
        if !fits || !places.insert(entry.file_name) {
            let reason = format!("it has something else as {}", entry.file_name);
            return Err(Unreadable::damaged(path, reason));
        }
        let identity = (entry.name, entry.version, entry.architecture);
        if let Some(first) = seen.insert(identity, entry)
            && first.sha256 != entry.sha256
        {
            return Err(Unreadable::Twice {
                first: first.file_name.to_owned(),
                second: entry.file_name.to_owned(),
            });
        }
    }
    Ok(())
}

//! A file that comes: beside its place first, under a name of its own that another attempt finds again, and in its place at
//! once when it is whole.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use migasfree_tunnel::files::{FileAnswer, Stored};
use migasfree_tunnel::message::{Code, Failure};
use sha2::{Digest as _, Sha256};

use super::{answer, failure, hexadecimal, say};

/// The file that is to be there.
pub(super) struct Wanted {
    pub path: PathBuf,
    pub size: u64,
    pub sha256: String,
    pub mode: Option<u32>,
}

pub(super) fn put(
    wanted: &Wanted,
    offset: u64,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    let beside = beside(wanted)?;
    let mut file = open(&beside)?;
    let have = file.metadata()?.len().min(offset).min(wanted.size);
    file.set_len(have)?;
    let mut hasher = Sha256::new();
    feed(&mut file, &mut hasher)?;
    file.seek(SeekFrom::Start(have))?;
    answer(output, FileAnswer::Put { offset: have })?;
    let stored = match take(wanted, have, file, hasher, input) {
        Ok(sha256) => settle(wanted, &beside, sha256),
        Err(error) => Stored {
            ok: false,
            sha256: None,
            failure: Some(failure(&error)),
        },
    };
    say(output, &stored)
}

/// Where it grows. The name says which content it is to have, so that an attempt never goes on with another one.
fn beside(wanted: &Wanted) -> io::Result<PathBuf> {
    let whole = wanted.sha256.len() == 64 && wanted.sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let (Some(folder), Some(_), true) = (wanted.path.parent(), wanted.path.file_name(), whole)
    else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    let name = format!(".migasfree-{}.part", &wanted.sha256[..16]);
    Ok(folder.join(name))
}

/// Only its owner may look into it, and a link in its place is not followed.
fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or_default())
        .open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

fn feed(file: &mut File, hasher: &mut Sha256) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        hasher.update(&buffer[..count]);
    }
}

/// Takes the rest, and answers with the hash of all of it.
fn take(
    wanted: &Wanted,
    have: u64,
    mut file: File,
    mut hasher: Sha256,
    input: &mut impl Read,
) -> io::Result<String> {
    let mut left = wanted.size - have;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = input.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        left = left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::other("more came than was said"))?;
        file.write_all(&buffer[..count])?;
        hasher.update(&buffer[..count]);
    }
    if left > 0 {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    // No program with the rights of its owner comes in this way.
    let mode = wanted.mode.unwrap_or(0o644) & 0o777;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    Ok(hexadecimal(hasher))
}

fn settle(wanted: &Wanted, beside: &Path, sha256: String) -> Stored {
    let fits = sha256.eq_ignore_ascii_case(&wanted.sha256);
    let failure = if fits {
        let in_place = fs::rename(beside, &wanted.path);
        in_place.err().map(|error| failure(&error))
    } else {
        // Going on with it would never end well.
        let _ = fs::remove_file(beside);
        let text = "what came is not what was said: its hash is another one";
        Some(Failure::new(Code::Failed, text))
    };
    Stored {
        ok: failure.is_none(),
        sha256: Some(sha256),
        failure,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::remote::files::Reply;

    const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    fn wanted(path: PathBuf) -> Wanted {
        Wanted {
            path,
            size: 5,
            sha256: HELLO.into(),
            mode: Some(0o4640),
        }
    }

    fn tried(wanted: &Wanted, offset: u64, bytes: &[u8]) -> (u64, Stored) {
        let mut said = Vec::new();
        put(wanted, offset, &mut &*bytes, &mut said).unwrap();
        let text = String::from_utf8(said).unwrap();
        let (first, last) = text.trim().split_once('\n').unwrap();
        let Reply::Answer(FileAnswer::Put { offset }) = serde_json::from_str(first).unwrap() else {
            panic!("{first}");
        };
        (offset, serde_json::from_str(last).unwrap())
    }

    #[test]
    fn a_file_that_was_cut_off_goes_on_and_is_in_its_place_only_whole() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = wanted(folder.path().join("note"));
        let (_, stored) = tried(&wanted, 0, b"he");
        assert!(!stored.ok && !wanted.path.exists());
        let (offset, stored) = tried(&wanted, 2, b"llo");
        assert_eq!((offset, stored.ok), (2, true), "{stored:?}");
        assert_eq!(fs::read(&wanted.path).unwrap(), b"hello");
        let mode = fs::metadata(&wanted.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn another_content_than_was_said_and_a_link_in_its_way_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = wanted(folder.path().join("note"));
        for bytes in [&b"jello"[..], b"hello, and more"] {
            let (_, stored) = tried(&wanted, 0, bytes);
            assert!(!stored.ok && stored.failure.is_some());
        }
        let _ = fs::remove_file(beside(&wanted).unwrap());
        let victim = folder.path().join("victim");
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, beside(&wanted).unwrap()).unwrap();
        put(&wanted, 0, &mut &b"hello"[..], &mut Vec::new()).unwrap_err();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert!(!wanted.path.exists());
    }
}

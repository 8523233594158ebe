//! Files of another computer. What arrives is compared by its hash, and what broke off goes on where it was.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use migasfree_carrier::Stream;
pub use migasfree_tunnel::files::{Entry, EntryKind};
use migasfree_tunnel::files::{FileAnswer, FileRequest, Stored};
use migasfree_tunnel::message::{Code, Failure, Open};
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncSeekExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufReader};

use crate::session::Session;
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

const PIECE: usize = 64 * 1024;

/// What a file is called until all of it is there.
const UNFINISHED: &str = "migasfree-part";

/// A place on another computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Number or name of the computer.
    pub computer: String,
    /// The absolute path there.
    pub path: String,
}

impl Place {
    /// Reads COMPUTER:PATH.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, Trouble> {
        let parts = text.split_once(':');
        let parts = parts.filter(|(computer, path)| !computer.is_empty() && path.starts_with('/'));
        let (computer, path) =
            parts.ok_or_else(|| Trouble::of(Kind::Usage, Text::ErrorPlace, &[text]))?;
        Ok(Self {
            computer: computer.to_owned(),
            path: path.to_owned(),
        })
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.path.trim_end_matches('/');
        path.rsplit('/').next().unwrap_or_default()
    }
}

/// Is told how far a file is: bytes that are there, bytes of all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What is in a folder.
///
/// # Errors
/// Why it cannot be listed.
pub async fn list(session: &mut Session, path: &str) -> Result<Vec<Entry>, Trouble> {
    let path = path.to_owned();
    let (answer, stream) = ask(session, FileRequest::List { path }).await?;
    let FileAnswer::List { mut entries, more } = answer else {
        return Err(unexpected());
    };
    if more {
        let mut lines = BufReader::new(stream).lines();
        loop {
            match lines.next_line().await {
                Ok(Some(line)) => {
                    entries.push(serde_json::from_str(&line).map_err(|_| unexpected())?);
                }
                Ok(None) => break,
                Err(error) => return Err(session.why_broken(&error).await),
            }
        }
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Copies a file from there; the number of its bytes.
///
/// # Errors
/// Why it is not here. What came stays, so that the next attempt goes on behind it.
pub async fn get(
    session: &mut Session,
    path: &str,
    to: &Path,
    told: Progress<'_>,
) -> Result<u64, Trouble> {
    let unfinished = unfinished(to);
    let have = fs::metadata(&unfinished)
        .await
        .map_or(0, |about| about.len());
    let (mut wanted, mut stream) = ask_for(session, path, have).await?;
    if have > 0 && wanted.sha256.is_none() {
        // Nobody could tell whether the parts are of the same file.
        (wanted, stream) = ask_for(session, path, 0).await?;
    }
    let mut file = open_at(&unfinished, wanted.offset).await?;
    let mut at = wanted.offset;
    let mut piece = vec![0; PIECE];
    while at < wanted.size {
        let length = match stream.read(&mut piece).await {
            Ok(0) => return Err(session.failed(&cut_off())),
            Ok(length) => length,
            Err(error) => return Err(session.why_broken(&error).await),
        };
        file.write_all(&piece[..length])
            .await
            .map_err(of(&unfinished))?;
        at += length as u64;
        told(at, wanted.size);
    }
    file.sync_all().await.map_err(of(&unfinished))?;
    drop(file);
    if let Some(sha256) = &wanted.sha256
        && hash(&unfinished).await?.0 != *sha256
    {
        let _ = fs::remove_file(&unfinished).await;
        let name = to.display().to_string();
        return Err(Trouble::of(Kind::Failed, Text::ErrorDifferent, &[&name]));
    }
    fs::rename(&unfinished, to).await.map_err(of(to))?;
    Ok(wanted.size)
}

struct Wanted {
    size: u64,
    sha256: Option<String>,
    offset: u64,
}

async fn ask_for(
    session: &mut Session,
    path: &str,
    offset: u64,
) -> Result<(Wanted, Stream), Trouble> {
    let path = path.to_owned();
    let (answer, stream) = ask(session, FileRequest::Get { path, offset }).await?;
    let FileAnswer::Get {
        size,
        sha256,
        offset,
        ..
    } = answer
    else {
        return Err(unexpected());
    };
    let wanted = Wanted {
        size,
        sha256,
        offset,
    };
    Ok((wanted, stream))
}

/// The file, with nothing behind the offset.
async fn open_at(path: &Path, offset: u64) -> Result<File, Trouble> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let mut file = options.open(path).await.map_err(of(path))?;
    file.set_len(offset).await.map_err(of(path))?;
    file.seek(SeekFrom::Start(offset)).await.map_err(of(path))?;
    Ok(file)
}

/// Copies a file to there; the number of its bytes.
///
/// # Errors
/// Why it is not there. What arrived is kept there, so that the next attempt goes on behind it.
pub async fn put(
    session: &mut Session,
    from: &Path,
    path: &str,
    told: Progress<'_>,
) -> Result<u64, Trouble> {
    let (sha256, size) = hash(from).await?;
    let request = FileRequest::Put {
        path: path.to_owned(),
        size,
        sha256: sha256.clone(),
        // The computer says how much of it is there already.
        offset: size,
        mode: None,
    };
    let (answer, mut stream) = ask(session, request).await?;
    let FileAnswer::Put { offset } = answer else {
        return Err(unexpected());
    };
    let mut file = File::open(from).await.map_err(of(from))?;
    file.seek(SeekFrom::Start(offset)).await.map_err(of(from))?;
    let sent = send(&mut file, &mut stream, offset, size, told).await;
    // Whoever does not take all of it says why.
    let stored = match (answered(stream).await, sent) {
        (Ok(stored), _) => stored,
        (Err(_), Err(error)) | (Err(error), Ok(())) => {
            return Err(session.why_broken(&error).await);
        }
    };
    let is_it = stored.sha256.is_none_or(|there| there == sha256);
    match stored.failure {
        Some(failure) => Err(session.failed(&failure)),
        None if stored.ok && is_it => Ok(size),
        None => {
            let name = from.display().to_string();
            Err(Trouble::of(Kind::Failed, Text::ErrorChanged, &[&name]))
        }
    }
}

async fn send(
    file: &mut File,
    stream: &mut (impl AsyncWrite + Unpin),
    offset: u64,
    size: u64,
    told: Progress<'_>,
) -> io::Result<()> {
    let mut at = offset;
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece).await?;
        if length == 0 {
            break;
        }
        stream.write_all(&piece[..length]).await?;
        at += length as u64;
        told(at.min(size), size);
    }
    stream.shutdown().await
}

async fn answered(stream: impl AsyncRead + Unpin) -> io::Result<Stored> {
    let mut line = String::new();
    let mut stream = BufReader::new(stream);
    stream.read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}

/// SHA-256 in hexadecimal, and how many bytes there are.
async fn hash(path: &Path) -> Result<(String, u64), Trouble> {
    let mut file = File::open(path).await.map_err(of(path))?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece).await.map_err(of(path))?;
        if length == 0 {
            return Ok((hex::encode(hash.finalize()), size));
        }
        hash.update(&piece[..length]);
        size += length as u64;
    }
}

async fn ask(session: &mut Session, request: FileRequest) -> Result<(FileAnswer, Stream), Trouble> {
    let stream = session.open(Open::Files(request)).await?;
    let answer = serde_json::from_slice(stream.answer()).map_err(|_| unexpected())?;
    Ok((answer, stream))
}

fn unexpected() -> Trouble {
    let values = ["another answer was expected"];
    Trouble::of(Kind::Failed, Text::FailureProtocol, &values)
}

fn cut_off() -> Failure {
    Failure::new(Code::Failed, "the file is shorter than it was")
}

fn unfinished(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(format!(".{UNFINISHED}"));
    name.into()
}

fn of(path: &Path) -> impl Fn(io::Error) -> Trouble {
    let path = path.display().to_string();
    move |error| Trouble::of_file(&path, &error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_place_is_a_computer_and_an_absolute_path() {
        let place = Place::read("room4:/home/ana/a:b.txt").unwrap();
        assert_eq!(place.computer, "room4");
        assert_eq!(
            (place.path.as_str(), place.name()),
            ("/home/ana/a:b.txt", "a:b.txt")
        );
        for text in ["room4", "room4:", ":/etc/fstab", "room4:home", ""] {
            assert!(Place::read(text).is_err(), "{text}");
        }
    }
}

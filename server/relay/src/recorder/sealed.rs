//! Files of sealed chunks: AES-256-GCM, each chunk under a nonce of its own and bound to its file and its place in it.
//!
//! A file begins with a mark and the moment it was begun; each chunk has its length, its nonce, and what it holds. What was
//! being written when the server died is cut off when it goes on.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use migasfree_server_db::random::Random;
use sha2::{Digest as _, Sha256};

const MARK: &[u8; 8] = b"MFCAST1\n";
/// The mark and the moment.
const HEAD: usize = MARK.len() + 8;
/// What is before each chunk: its length and its nonce.
const BEFORE: usize = 4 + NONCE_LEN;
/// A chunk that is longer was not written here.
const LONGEST: usize = 64 * 1024 * 1024;

/// Why a recording cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The file.
    File(io::Error),
    /// It is not as it was written, or sealed with another key.
    Damaged,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Damaged => {
                f.write_str("the recording is damaged, or was sealed with another key")
            }
        }
    }
}

impl std::error::Error for Unreadable {}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// The key of all recordings.
#[derive(Debug)]
pub(super) struct Key {
    key: LessSafeKey,
    id: String,
}

impl Key {
    /// The key that follows from a secret.
    pub(super) fn of(secret: &[u8]) -> Self {
        let bytes: [u8; 32] = Sha256::new()
            .chain_update(b"migasfree recordings 1\n")
            .chain_update(secret)
            .finalize()
            .into();
        let key = UnboundKey::new(&AES_256_GCM, &bytes).expect("32 bytes are a key");
        Self {
            key: LessSafeKey::new(key),
            id: hex::encode(&Sha256::digest(bytes)[..8]),
        }
    }

    /// What it is called.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// What a chunk is bound to.
fn place(name: &str, begun: i64, index: u64) -> Vec<u8> {
    format!("{name}\n{begun}\n{index}").into_bytes()
}

/// Adds chunks to a file.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    key: Arc<Key>,
    random: Arc<dyn Random>,
    name: String,
    begun: i64,
    /// Chunks there are.
    chunks: u64,
    /// Bytes there are.
    size: u64,
}

impl Writer {
    /// Begins a file, or goes on with it.
    pub(super) fn open(
        path: &Path,
        key: Arc<Key>,
        name: &str,
        now: i64,
        random: Arc<dyn Random>,
    ) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let (begun, chunks, size) = match whole(&mut file)? {
            Some(whole) => whole,
            None => {
                file.set_len(0)?;
                file.rewind()?;
                file.write_all(MARK)?;
                file.write_all(&now.to_be_bytes())?;
                (now, 0, HEAD as u64)
            }
        };
        file.set_len(size)?;
        file.seek(SeekFrom::Start(size))?;
        Ok(Self {
            file,
            key,
            random,
            name: name.to_owned(),
            begun,
            chunks,
            size,
        })
    }

    /// Seconds since 1970 at which the recording was begun.
    pub(super) const fn begun(&self) -> i64 {
        self.begun
    }

    /// Whether nothing is in it yet.
    pub(super) const fn is_new(&self) -> bool {
        self.chunks == 0
    }

    /// Bytes that are written.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a chunk.
    pub(super) fn append(&mut self, mut chunk: Vec<u8>) -> io::Result<()> {
        let nonce = self.random.bytes::<NONCE_LEN>();
        let bound = place(&self.name, self.begun, self.chunks);
        let sealing = self.key.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound),
            &mut chunk,
        );
        sealing.map_err(|_| io::Error::other("it cannot be sealed"))?;
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        let whole = [&length.to_be_bytes()[..], &nonce, &chunk].concat();
        self.file.write_all(&whole)?;
        self.chunks += 1;
        self.size += whole.len() as u64;
        Ok(())
    }

    /// Sees to it that all of it stays, and says how many bytes that is.
    pub(super) fn finish(self) -> io::Result<u64> {
        self.file.sync_all()?;
        Ok(self.size)
    }
}

/// When a file was begun; `None` where it is no such file.
fn begun(file: &mut impl Read) -> io::Result<Option<i64>> {
    let Some(head) = next::<HEAD>(file)? else {
        return Ok(None);
    };
    let moment = head.strip_prefix(MARK).and_then(|rest| rest.first_chunk());
    Ok(moment.map(|moment| i64::from_be_bytes(*moment)))
}

/// The length of what follows and its nonce; `None` where no chunk does.
fn before(file: &mut impl Read) -> io::Result<Option<(usize, [u8; NONCE_LEN])>> {
    let Some(before) = next::<BEFORE>(file)? else {
        return Ok(None);
    };
    let (Some(length), Some(nonce)) = (before.first_chunk(), before.last_chunk()) else {
        return Ok(None);
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    Ok((length <= LONGEST).then_some((length, *nonce)))
}

/// The next bytes; `None` where there are fewer.
fn next<const SIZE: usize>(file: &mut impl Read) -> io::Result<Option<[u8; SIZE]>> {
    let mut bytes = [0; SIZE];
    Ok(fill(file, &mut bytes)?.then_some(bytes))
}

/// Whether there were as many bytes.
fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// When a file was begun, how many whole chunks there are in it, and where they end; `None` where it is no such file.
fn whole(file: &mut File) -> io::Result<Option<(i64, u64, u64)>> {
    let held = file.metadata()?.len();
    let Some(begun) = begun(file)? else {
        return Ok(None);
    };
    let (mut chunks, mut size) = (0, HEAD as u64);
    while let Some((length, _)) = before(file)? {
        let end = size + (BEFORE + length) as u64;
        if end > held {
            break;
        }
        (chunks, size) = (chunks + 1, end);
        file.seek(SeekFrom::Start(size))?;
    }
    Ok(Some((begun, chunks, size)))
}

/// Reads a file chunk by chunk.
#[derive(Debug)]
pub(super) struct Reader {
    file: BufReader<File>,
    key: Arc<Key>,
    name: String,
    begun: i64,
    index: u64,
}

impl Reader {
    /// Opens one; it has to be called as it was when it was written.
    pub(super) fn open(path: &Path, key: Arc<Key>, name: &str) -> Result<Self, Unreadable> {
        let mut file = BufReader::new(File::open(path)?);
        let begun = begun(&mut file)?.ok_or(Unreadable::Damaged)?;
        Ok(Self {
            file,
            key,
            name: name.to_owned(),
            begun,
            index: 0,
        })
    }

    /// What the next whole chunk holds; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some((length, nonce)) = before(&mut self.file)? else {
            return Ok(None);
        };
        let mut sealed = vec![0; length];
        if !fill(&mut self.file, &mut sealed)? {
            return Ok(None);
        }
        let bound = place(&self.name, self.begun, self.index);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self
            .key
            .key
            .open_in_place(nonce, Aad::from(bound), &mut sealed)
            .map_err(|_| Unreadable::Damaged)?;
        let length = opened.len();
        sealed.truncate(length);
        self.index += 1;
        Ok(Some(sealed))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use migasfree_server_db::random::SeededRandom;

    use super::*;

    /// What a file holds.
    fn read(path: &Path, secret: &[u8], name: &str) -> Result<Vec<u8>, Unreadable> {
        let mut reader = Reader::open(path, Arc::new(Key::of(secret)), name)?;
        let mut all = Vec::new();
        while let Some(chunk) = reader.next()? {
            all.extend(chunk);
        }
        Ok(all)
    }

    fn writer(path: &Path, now: i64) -> Writer {
        let random = Arc::new(SeededRandom::new(now.unsigned_abs()));
        Writer::open(path, Arc::new(Key::of(b"secret")), "one", now, random).unwrap()
    }

    #[test]
    fn what_is_sealed_can_be_read_with_the_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.cast");
        let mut first = writer(&path, 1);
        first.append(b"what was shown\n".to_vec()).unwrap();
        assert!(first.finish().unwrap() > 0);
        let stored = std::fs::read(&path).unwrap();
        assert!(!stored.windows(5).any(|part| part == b"shown"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(&path, b"secret", "one").unwrap(), b"what was shown\n");
        assert!(matches!(
            read(&path, b"another", "one"),
            Err(Unreadable::Damaged)
        ));
        // A recording does not pass for another session's.
        assert!(read(&path, b"secret", "two").is_err());
    }

    #[test]
    fn a_recording_goes_on_behind_what_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.cast");
        let mut first = writer(&path, 1);
        first.append(b"one\n".to_vec()).unwrap();
        drop(first);
        // The server died in the middle of a chunk.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&[0, 0, 0, 99, 1, 2, 3]).unwrap();
        let mut second = writer(&path, 9);
        assert!(!second.is_new());
        assert_eq!(second.begun(), 1);
        second.append(b"two\n".to_vec()).unwrap();
        assert_eq!(read(&path, b"secret", "one").unwrap(), b"one\ntwo\n");
    }
}

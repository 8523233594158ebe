//! The digests a repository lists, taken while the file goes by.

use std::fmt;
use std::io::{self, Read};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// Size and digests of a file; the digests are lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// Bytes.
    pub size: u64,
    /// MD5, for the `MD5sum` field only.
    pub md5: String,
    /// SHA-1, for the `SHA1` field only.
    pub sha1: String,
    /// SHA-256.
    pub sha256: String,
    /// SHA-512.
    pub sha512: String,
}

impl Digests {
    /// The digests of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut state = State::default();
        state.update(bytes);
        state.finish()
    }
}

#[derive(Default)]
struct State {
    size: u64,
    md5: Md5,
    sha1: Sha1,
    sha256: Sha256,
    sha512: Sha512,
}

impl State {
    fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
        self.sha512.update(bytes);
    }

    fn finish(self) -> Digests {
        Digests {
            size: self.size,
            md5: hex::encode(self.md5.finalize()),
            sha1: hex::encode(self.sha1.finalize()),
            sha256: hex::encode(self.sha256.finalize()),
            sha512: hex::encode(self.sha512.finalize()),
        }
    }
}

/// A reader that takes the digests of everything read through it.
pub struct Hashing<R> {
    source: R,
    state: State,
}

impl<R> fmt::Debug for Hashing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing")
            .field("size", &self.state.size)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Hashing<R> {
    /// Begins with nothing read.
    pub fn new(source: R) -> Self {
        Self {
            source,
            state: State::default(),
        }
    }

    /// Bytes read so far.
    pub fn size(&self) -> u64 {
        self.state.size
    }

    /// The digests of what was read. [`crate::read`] reads a good package to its end;
    /// after an error, or for other files, read the rest first.
    pub fn finish(self) -> Digests {
        self.state.finish()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.state.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        let digests = Digests::of(b"abc");
        assert_eq!(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digests.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            digests.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(
            digests
                .sha512
                .starts_with("ddaf35a193617abacc417349ae204131")
        );
    }

    #[test]
    fn reading_in_pieces_gives_the_same_digests() {
        let bytes = vec![7_u8; 100_000];
        let mut source = Hashing::new(bytes.as_slice());
        io::copy(&mut source, &mut io::sink()).unwrap();
        assert_eq!(source.finish(), Digests::of(&bytes));
    }
}

//! Compressed parts of indexes, kept from one publication to the next: when one package of
//! thousands changes, only its part is compressed again.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Compressing harder makes the file hardly smaller and takes several times as long.
const LEVEL: u32 = 4;
/// Bytes of the younger half; what was not used while as much came in is forgotten.
const KEPT: usize = 16 * 1024 * 1024;

type Key = [u8; 32];

/// Compressed parts by the digest of their text.
#[derive(Debug, Default)]
pub struct Chunks(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<Key, Bytes>,
    old: HashMap<Key, Bytes>,
    size_of_young: usize,
}

impl Chunks {
    /// A part as a member of a gzip file; members one after the other are a file again.
    pub fn gzip(&self, text: &[u8]) -> Bytes {
        let key = Sha256::digest(text).into();
        if let Some(known) = self.halves(|halves| halves.find(&key)) {
            return known;
        }
        let compressed = compress(text);
        self.halves(|halves| halves.insert(key, compressed.clone()));
        compressed
    }

    fn halves<T>(&self, work: impl FnOnce(&mut Halves) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Halves {
    fn find(&mut self, key: &Key) -> Option<Bytes> {
        if let Some(known) = self.young.get(key) {
            return Some(known.clone());
        }
        let known = self.old.remove(key)?;
        self.insert(*key, known.clone());
        Some(known)
    }

    fn insert(&mut self, key: Key, compressed: Bytes) {
        self.size_of_young += compressed.len();
        self.young.insert(key, compressed);
        if self.size_of_young > KEPT {
            self.old = std::mem::take(&mut self.young);
            self.size_of_young = 0;
        }
    }
}

fn compress(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
    // Writing to memory does not fail.
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io::Read;

    use super::*;

    #[test]
    fn parts_one_after_the_other_are_one_file() {
        let chunks = Chunks::default();
        let (first, second) = ("a line\n".repeat(1_000), "another\n".repeat(1_000));
        let mut file = chunks.gzip(first.as_bytes()).to_vec();
        file.extend_from_slice(&chunks.gzip(second.as_bytes()));
        assert_eq!(chunks.gzip(first.as_bytes()), chunks.gzip(first.as_bytes()));
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(file.as_slice())
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, first + &second);
    }

    #[test]
    fn what_is_not_used_is_forgotten() {
        let mut halves = Halves::default();
        let large = Bytes::from(vec![0; KEPT]);
        halves.insert([0; 32], Bytes::from_static(b"kept"));
        for round in 1..10 {
            halves.insert([round; 32], large.clone());
            assert!(halves.find(&[0; 32]).is_some());
        }
        assert!(halves.find(&[1; 32]).is_none());
        assert!(halves.young.len() + halves.old.len() < 5);
    }
}

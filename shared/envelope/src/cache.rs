//! Remembers signatures of payloads that are sent again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;

type Key = [u8; 32];

/// Signatures of recent payloads, by signing key and payload.
///
/// RS256 is deterministic: the signature of an answer given before may be sent again, which saves
/// the one private operation that sealing costs. Holds between one and two times its capacity of
/// entries, about half a kilobyte each; the least recently made half is dropped first.
#[derive(Debug)]
pub struct SignatureCache {
    capacity: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, String>,
    old: HashMap<Key, String>,
}

impl SignatureCache {
    /// A cache that keeps at least the last `capacity` signatures.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            generations: Mutex::default(),
        }
    }

    /// The signature by key `kid` over `payload`, made by `make` when it is not known yet.
    pub(crate) fn get_or_make<E>(
        &self,
        kid: &str,
        payload: &str,
        make: impl FnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        let key = key_of(kid, payload);
        if let Some(known) = self.find(&key) {
            return Ok(known);
        }
        let signature = make()?;
        self.remember(key, signature.clone());
        Ok(signature)
    }

    fn find(&self, key: &Key) -> Option<String> {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = generations.young.get(key) {
            return Some(known.clone());
        }
        let known = generations.old.remove(key)?;
        generations.young.insert(*key, known.clone());
        Some(known)
    }

    fn remember(&self, key: Key, signature: String) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.capacity {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key, signature);
    }
}

fn key_of(kid: &str, payload: &str) -> Key {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(kid.as_bytes());
    context.update(b".");
    context.update(payload.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::SignatureCache;

    fn get(cache: &SignatureCache, payload: &str, made: &mut u32) -> String {
        let make = || {
            *made += 1;
            Ok::<_, ()>(format!("s-{payload}"))
        };
        cache.get_or_make("kid", payload, make).unwrap()
    }

    #[test]
    fn a_repeated_payload_is_signed_once_and_the_cache_stays_bounded() {
        let cache = SignatureCache::new(2);
        let mut made = 0;
        for payload in ["a", "a", "b", "a"] {
            assert_eq!(get(&cache, payload, &mut made), format!("s-{payload}"));
        }
        assert_eq!(made, 2);
        for index in 0..100 {
            get(&cache, &index.to_string(), &mut made);
        }
        assert_eq!(made, 102);
        let generations = cache.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 4);
    }
}

//! What is stored so that a copy of the database alone does not tell it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use migasfree_server_audit::UserId;
use migasfree_server_db::random::Random;

use crate::JwtKey;

/// Seals secrets of accounts. The key follows from the one in the keys folder.
#[derive(Clone)]
pub(super) struct Seal([u8; 32]);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl Seal {
    pub(super) fn new(key: &JwtKey, purpose: &str) -> Self {
        Self(key.code("seal", purpose))
    }

    fn key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).expect("32 bytes are a key of AES-256");
        LessSafeKey::new(key)
    }

    /// A secret as it is stored for an account; nothing else is opened as another account's.
    pub(super) fn close(&self, random: &dyn Random, user: UserId, secret: &[u8]) -> String {
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key()
            .seal_in_place_append_tag(unique, Aad::from(user.0.to_be_bytes()), &mut sealed)
            .expect("a secret is short enough to be sealed");
        STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The secret again; nothing when it was sealed with another key, or for somebody else.
    pub(super) fn open(&self, user: UserId, stored: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD_NO_PAD.decode(stored).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let secret = self
            .key()
            .open_in_place(nonce, Aad::from(user.0.to_be_bytes()), &mut sealed)
            .ok()?;
        Some(secret.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use migasfree_server_db::random::SystemRandom;

    use super::*;

    #[test]
    fn a_secret_is_opened_by_its_own_key_for_its_own_account_alone() {
        let (ana, bob) = (UserId(1), UserId(2));
        let seal = Seal([7; 32]);
        let stored = seal.close(&SystemRandom, ana, b"a secret");
        assert_eq!(seal.open(ana, &stored).as_deref(), Some(&b"a secret"[..]));
        assert_ne!(stored, seal.close(&SystemRandom, ana, b"a secret"));
        assert_eq!(seal.open(bob, &stored), None);
        assert_eq!(Seal([8; 32]).open(ana, &stored), None);
        for broken in ["", "AAAA", &stored[1..], "not base64!"] {
            assert_eq!(seal.open(ana, broken), None, "{broken}");
        }
    }
}

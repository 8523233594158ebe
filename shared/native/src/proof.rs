//! A key's word for another one, or for itself, outside of signed requests.

use std::fmt;
use std::str::FromStr;

use crate::key::{KeyPair, PublicKey, Thumbprint};
use crate::text::{as_text, decode, encode};

/// What a key vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Another key takes its place.
    Succession,
    /// A computer of the sealed protocol goes by this key from now on.
    MoveOver,
}

/// The signature of a key under "`key` is the computer's at `server`, for this purpose". As text: 86 characters of
/// base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proof([u8; 64]);

impl Proof {
    /// Vouches for `key` at the server with the key `server`.
    #[must_use]
    pub fn new(by: &KeyPair, purpose: Purpose, key: Thumbprint, server: Thumbprint) -> Self {
        Self(by.sign(statement(purpose, key, server).as_bytes()))
    }

    /// Whether `by` vouches for `key` at the server with the key `server`.
    #[must_use]
    pub fn is_by(
        &self,
        by: &PublicKey,
        purpose: Purpose,
        key: Thumbprint,
        server: Thumbprint,
    ) -> bool {
        by.verify(statement(purpose, key, server).as_bytes(), &self.0)
    }
}

/// Begins as no signature base does, so that neither passes for the other.
fn statement(purpose: Purpose, key: Thumbprint, server: Thumbprint) -> String {
    let purpose = match purpose {
        Purpose::Succession => "succession",
        Purpose::MoveOver => "move over",
    };
    format!("migasfree native 1: {purpose}\nkey: {key}\nserver: {server}")
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({self})")
    }
}

/// A text that is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no proof of 86 characters of base64url")]
pub struct NoProof;

impl FromStr for Proof {
    type Err = NoProof;

    fn from_str(text: &str) -> Result<Self, NoProof> {
        decode(text).map(Self).ok_or(NoProof)
    }
}

as_text!(Proof);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_good_for_one_key_one_server_and_one_purpose() {
        let key = |byte| KeyPair::generate(|seed: &mut [u8]| seed.fill(byte));
        let (old, new, server) = (key(1), key(2), key(3));
        let thumbprint = |key: &KeyPair| key.public().thumbprint();
        let (next, home) = (thumbprint(&new), thumbprint(&server));
        let proof = Proof::new(&old, Purpose::Succession, next, home);
        let by = old.public();
        assert!(proof.is_by(by, Purpose::Succession, next, home));
        assert!(!proof.is_by(by, Purpose::MoveOver, next, home));
        assert!(!proof.is_by(by, Purpose::Succession, home, home));
        assert!(!proof.is_by(by, Purpose::Succession, next, next));
        assert!(!proof.is_by(new.public(), Purpose::Succession, next, home));
        assert_eq!(proof.to_string().parse::<Proof>(), Ok(proof));
    }
}

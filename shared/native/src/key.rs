//! Ed25519 keys of computers and servers, and their thumbprints.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::text::{as_text, decode, encode, sha256};

/// Why something is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes as base64url without padding.
    #[error("this is no Ed25519 key of 43 characters of base64url")]
    Malformed,
    /// A key that anybody can sign for.
    #[error("this Ed25519 key is weak: make a new one")]
    Weak,
    /// Not a private key in PKCS#8.
    #[error("this is no Ed25519 private key in PKCS#8, or it is damaged")]
    Rejected,
}

/// A private key with its public half.
pub struct KeyPair {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl KeyPair {
    /// Makes a key of what `fill` writes, which nobody may be able to foresee.
    ///
    /// # Panics
    /// Where there is no memory left for a key.
    #[must_use]
    pub fn generate(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut seed = [0; 32];
        fill(&mut seed);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        Self::of(pair)
    }

    /// Reads a key in PKCS#8 (DER, version 1 or 2).
    ///
    /// # Errors
    /// [`KeyError::Rejected`], also where the public half in it is another key's.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| KeyError::Rejected)?;
        Ok(Self::of(pair))
    }

    fn of(pair: Ed25519KeyPair) -> Self {
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self {
            pair,
            public: PublicKey(public),
        }
    }

    /// The key in PKCS#8 (DER, version 1, which OpenSSL reads, too). Whoever has this is this computer.
    ///
    /// # Panics
    /// Where there is no memory left for it.
    #[must_use]
    pub fn to_pkcs8(&self) -> Vec<u8> {
        let document = self.pair.to_pkcs8v1().expect("a key can be written");
        document.as_ref().to_vec()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        signature
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyPair").field(&self.public).finish()
    }
}

/// A public key. In JSON and in the database: 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key that these bytes are.
    ///
    /// # Errors
    /// [`KeyError::Weak`] for the few points whose signatures anybody can make.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        if is_weak(bytes) {
            return Err(KeyError::Weak);
        }
        Ok(Self(bytes))
    }

    /// The key itself.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The key as text.
    #[must_use]
    pub fn to_base64url(self) -> String {
        encode(&self.0)
    }

    /// Reads what [`Self::to_base64url`] writes, and no other spelling of it.
    ///
    /// # Errors
    /// [`KeyError`] when the text is no key, or a weak one.
    pub fn from_base64url(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(decode(text).ok_or(KeyError::Malformed)?)
    }

    /// The thumbprint of this key as a JSON Web Key (RFC 7638, RFC 8037).
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        let key = self.to_base64url();
        let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{key}"}}"#);
        Thumbprint(sha256(jwk.as_bytes()))
    }

    /// Whether `signature` is the one of this key under `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0[..]);
        key.verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64url())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_base64url(text)
    }
}

/// The SHA-256 thumbprint of a key, by which it is called. As text: 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint([u8; 32]);

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// A text that is no thumbprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no thumbprint of 43 characters of base64url")]
pub struct NoThumbprint;

impl FromStr for Thumbprint {
    type Err = NoThumbprint;

    fn from_str(text: &str) -> Result<Self, NoThumbprint> {
        decode(text).map(Self).ok_or(NoThumbprint)
    }
}

as_text!(PublicKey, Thumbprint);

/// Points of order 1, 2, 4 and 8, with the spellings above the prime; the sign bit makes no difference.
const WEAK: [[u8; 32]; 7] = [
    edge(0x00, 0x00, 0x00),
    edge(0x01, 0x00, 0x00),
    edge(0xec, 0xff, 0x7f),
    edge(0xed, 0xff, 0x7f),
    edge(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn edge(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

fn is_weak(mut bytes: [u8; 32]) -> bool {
    bytes[31] &= 0x7f;
    WEAK.contains(&bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// RFC 8037, appendix A.
    const RFC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn the_thumbprint_is_the_one_of_the_rfc() {
        let key = PublicKey::from_base64url(RFC).unwrap();
        assert_eq!(key.to_base64url(), RFC);
        assert_eq!(
            key.thumbprint().to_string(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_key_is_read_again_as_it_was_written_and_signs_the_same() {
        let key = KeyPair::generate(|seed| seed.fill(7));
        let again = KeyPair::from_pkcs8(&key.to_pkcs8()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(again.sign(b"text"), key.sign(b"text"));
        assert!(key.public().verify(b"text", &again.sign(b"text")));
        assert!(!key.public().verify(b"texts", &again.sign(b"text")));
        assert_eq!(
            KeyPair::from_pkcs8(b"nothing").unwrap_err(),
            KeyError::Rejected
        );
    }

    #[test]
    fn a_key_with_its_public_half_in_the_file_is_read_and_one_with_anothers_is_not() {
        let mut der = hex::decode(concat!(
            "3051020101300506032b657004220420756434bd5b824753007a138d27abbc14b5cc786adb78fb62435e6419a2b2e72b",
            "8121000faccd81e57de15fa6343a7fbb43b2b93f28be6435100ae8bd633c6dfee3d198"
        ))
        .unwrap();
        assert!(KeyPair::from_pkcs8(&der).is_ok());
        *der.last_mut().unwrap() ^= 1;
        assert!(KeyPair::from_pkcs8(&der).is_err());
    }

    #[test]
    fn keys_that_anybody_can_sign_for_are_refused() {
        for mut bytes in WEAK {
            assert_eq!(PublicKey::from_bytes(bytes), Err(KeyError::Weak));
            bytes[31] |= 0x80;
            assert_eq!(PublicKey::from_bytes(bytes), Err(KeyError::Weak));
        }
    }

    #[test]
    fn a_key_has_one_spelling() {
        for other in [
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR",
            "",
        ] {
            let read = PublicKey::from_base64url(other);
            assert_eq!(read, Err(KeyError::Malformed), "{other}");
        }
    }

    #[test]
    fn what_is_private_is_never_shown() {
        let key = KeyPair::generate(|seed| seed.fill(7));
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("KeyPair(PublicKey({}))", key.public()));
    }
}

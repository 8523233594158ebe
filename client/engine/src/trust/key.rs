//! Keys of repositories as the package manager gets them.

use std::fmt;
use std::str::FromStr;

use pgp::composed::{ArmorOptions, Deserializable, SignedPublicKey};
use pgp::types::KeyDetails;
use serde::{Deserialize, Serialize};

const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

/// An OpenPGP fingerprint: 40 or 64 hexadecimal digits in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The text names no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a fingerprint: 40 or 64 hexadecimal digits are expected")]
pub struct InvalidFingerprint(String);

/// Why a text is not taken for a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("there is no OpenPGP key in it")]
    None,
    #[error("there is more than one OpenPGP key in it")]
    Several,
    #[error("its OpenPGP key is not understood: {0}")]
    Malformed(#[from] pgp::errors::Error),
}

/// Exactly one key. What is handed on is written anew from what was understood: nothing hides beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryKey {
    pub fingerprint: Fingerprint,
    pub armored: String,
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    /// Blanks and colons between the digits, small letters and a leading `0x` are fine.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != ':')
            .collect();
        let digits = plain.strip_prefix("0x").unwrap_or(&plain);
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hexadecimal && matches!(digits.len(), 40 | 64) {
            Ok(Self(digits.to_ascii_uppercase()))
        } else {
            Err(InvalidFingerprint(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidFingerprint;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl RepositoryKey {
    /// Reads the armored key a server hands out.
    ///
    /// # Errors
    /// When it is none, or not exactly one.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let block = text.find(BEGIN).map(|begin| &text[begin..]);
        let block = block.ok_or(KeyError::None)?;
        if block.matches(BEGIN).count() > 1 {
            return Err(KeyError::Several);
        }
        let (mut keys, _) = SignedPublicKey::from_string_many(block)?;
        let mut key = keys.next().ok_or(KeyError::None)??;
        if keys.next().is_some() {
            return Err(KeyError::Several);
        }
        // The fingerprint vouches for the primary key alone. A subkey counts only if that vouches for it.
        let primary = key.primary_key.clone();
        key.public_subkeys
            .retain(|subkey| subkey.verify_bindings(&primary).is_ok());
        Ok(Self {
            fingerprint: Fingerprint(key.fingerprint().to_string().to_ascii_uppercase()),
            armored: key.to_armored_string(ArmorOptions::default())?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgp::composed::{KeyType, SecretKeyParamsBuilder, SignedSecretKey, SubkeyParamsBuilder};

    fn generate() -> SignedPublicKey {
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_sign(true)
            .build()
            .unwrap();
        let params = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .primary_user_id("tests".into())
            .subkeys(vec![subkey])
            .build()
            .unwrap();
        let secret: SignedSecretKey = params.generate(rand::rngs::OsRng).unwrap();
        SignedPublicKey::from(secret)
    }

    fn armored(key: &SignedPublicKey) -> String {
        key.to_armored_string(ArmorOptions::default()).unwrap()
    }

    #[test]
    fn a_key_is_known_by_its_fingerprint_however_it_is_written() {
        let key = generate();
        let read = RepositoryKey::read(&format!("hello\n{}", armored(&key))).unwrap();
        let spaced = read.fingerprint.to_string().to_lowercase();
        let spaced = format!("{} {}", &spaced[..20], &spaced[20..]);
        assert_eq!(spaced.parse::<Fingerprint>().unwrap(), read.fingerprint);
        assert_eq!(read.fingerprint.to_string().len(), 40);
        assert!("deadbeef".parse::<Fingerprint>().is_err());
        let again = RepositoryKey::read(&read.armored).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn a_second_key_beside_the_right_one_is_not_taken() {
        let (key, other) = (armored(&generate()), armored(&generate()));
        let both = format!("{key}\n{other}");
        assert!(matches!(RepositoryKey::read(&both), Err(KeyError::Several)));
        assert!(RepositoryKey::read("<html>").is_err());
        assert!(RepositoryKey::read(&key[..200]).is_err());
    }

    #[test]
    fn a_subkey_of_somebody_else_is_left_out() {
        let (mut key, other) = (generate(), generate());
        let own = key.public_subkeys.len();
        key.public_subkeys.extend(other.public_subkeys);
        let read = RepositoryKey::read(&armored(&key)).unwrap();
        let (kept, _) = SignedPublicKey::from_string(&read.armored).unwrap();
        assert_eq!(kept.public_subkeys.len(), own);
    }
}

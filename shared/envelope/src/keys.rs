//! RSA keys: reading and writing PEM, thumbprints, generation.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey, PublicKey as RawPublicKey,
};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::pem;

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text holds no complete PEM block.
    #[error("no PEM block found: the key file is empty or damaged, fetch it again")]
    NotPem,
    /// The PEM block holds something else than an unencrypted RSA key.
    #[error("a PEM block of kind {0:?} is not an unencrypted RSA key")]
    UnsupportedLabel(String),
    /// The key itself is damaged, or not RSA of 2048 to 8192 bits.
    #[error("the key is damaged or not RSA with 2048 to 8192 bits, make or fetch a new one")]
    Rejected,
    /// The cryptographic library could not make a key.
    #[error("generating an RSA key failed")]
    Generation,
}

/// An RSA private key: signs what its owner sends and decrypts what is sent to it.
pub struct PrivateKey {
    pub(crate) signing: KeyPair,
    pub(crate) decrypting: OaepPrivateDecryptingKey,
    pkcs8: Vec<u8>,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a new RSA-2048 key. Takes tens to hundreds of milliseconds of CPU: keep it off
    /// latency-sensitive threads.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?;
        Self::from_pair(pair)
    }

    /// Reads an unencrypted PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`) PEM text.
    ///
    /// # Errors
    /// [`KeyError`] when the text is no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::parse(text).ok_or(KeyError::NotPem)?;
        let pair = match block.label {
            "PRIVATE KEY" => KeyPair::from_pkcs8(&block.der),
            "RSA PRIVATE KEY" => KeyPair::from_der(&block.der),
            other => return Err(KeyError::UnsupportedLabel(other.to_owned())),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Rejected)?)
    }

    fn from_pair(signing: KeyPair) -> Result<Self, KeyError> {
        let der: Pkcs8V1Der<'static> = signing.as_der().map_err(|_| KeyError::Rejected)?;
        let pkcs8 = der.as_ref().to_vec();
        let decrypting = PrivateDecryptingKey::from_pkcs8(&pkcs8)
            .map_err(|_| KeyError::Rejected)
            .and_then(|key| OaepPrivateDecryptingKey::new(key).map_err(|_| KeyError::Rejected))?;
        let public = PublicKey::from_raw(signing.public_key())?;
        Ok(Self {
            signing,
            decrypting,
            pkcs8,
            public,
        })
    }

    /// The key as PKCS#8 PEM with a newline at the end.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::render("PRIVATE KEY", &self.pkcs8)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrivateKey")
            .field(&self.public.thumbprint)
            .finish()
    }
}

/// An RSA public key: verifies what its owner signed and encrypts what is sent to it.
pub struct PublicKey {
    pub(crate) verifying: ParsedPublicKey,
    pub(crate) encrypting: OaepPublicEncryptingKey,
    spki: Vec<u8>,
    thumbprint: String,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`) PEM text.
    ///
    /// # Errors
    /// [`KeyError`] when the text is no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::parse(text).ok_or(KeyError::NotPem)?;
        match block.label {
            "PUBLIC KEY" | "RSA PUBLIC KEY" => {}
            other => return Err(KeyError::UnsupportedLabel(other.to_owned())),
        }
        let raw = RawPublicKey::from_der(&block.der).map_err(|_| KeyError::Rejected)?;
        Self::from_raw(&raw)
    }

    fn from_raw(raw: &RawPublicKey) -> Result<Self, KeyError> {
        let der: PublicKeyX509Der<'static> = raw.as_der().map_err(|_| KeyError::Rejected)?;
        let spki = der.as_ref().to_vec();
        let verifying = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, raw.as_ref())
            .map_err(|_| KeyError::Rejected)?;
        let encrypting = PublicEncryptingKey::from_der(&spki)
            .map_err(|_| KeyError::Rejected)
            .and_then(|key| OaepPublicEncryptingKey::new(key).map_err(|_| KeyError::Rejected))?;
        let thumbprint = thumbprint(raw.as_ref()).ok_or(KeyError::Rejected)?;
        Ok(Self {
            verifying,
            encrypting,
            spki,
            thumbprint,
        })
    }

    /// The key as SubjectPublicKeyInfo PEM with a newline at the end.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::render("PUBLIC KEY", &self.spki)
    }

    /// The RFC 7638 SHA-256 thumbprint, base64url: the `kid` of messages.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.thumbprint).finish()
    }
}

/// RFC 7638 thumbprint of a DER `RSAPublicKey`.
fn thumbprint(pkcs1: &[u8]) -> Option<String> {
    let (body, _) = der_value(pkcs1, 0x30)?;
    let (modulus, rest) = der_value(body, 0x02)?;
    let (exponent, _) = der_value(rest, 0x02)?;
    let number = |bytes: &[u8]| {
        let start = bytes
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(bytes.len());
        URL_SAFE_NO_PAD.encode(&bytes[start..])
    };
    let jwk = format!(
        r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
        number(exponent),
        number(modulus)
    );
    let hash = digest::digest(&digest::SHA256, jwk.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(hash.as_ref()))
}

/// Splits `bytes` into the content of a leading DER value of kind `tag` and what follows it.
fn der_value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first != tag {
        return None;
    }
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
        if octets.len() > 4 {
            return None;
        }
        (
            octets
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)),
            rest,
        )
    };
    rest.split_at_checked(length)
}

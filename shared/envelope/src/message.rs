//! Both layers together: claims to sealed text and back.

use serde::Deserialize;
use serde_json::Value;

use crate::cache::SignatureCache;
use crate::keys::{PrivateKey, PublicKey};
use crate::{json, jwe, jws, python};

/// Characters of the longest sealed text [`open`] looks at.
///
/// A list of 950 packages is 128 kB on the wire; this leaves room for a hundred times as much.
pub const MAX_MESSAGE_LEN: usize = 16 * 1024 * 1024;

/// Why a sealed text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not a message for this key: malformed, cut, altered, too long or sealed for another key.
    /// Deliberately one value for all of them.
    #[error("the message cannot be deciphered: it is damaged or meant for another key")]
    Undecipherable,
    /// The signature is missing, malformed or made with another key.
    #[error("the signature is not valid: the sender's key is another one, register it again")]
    InvalidSignature,
    /// The signature is good but signs something else than the data.
    #[error("the signed payload differs from the data of the message")]
    PayloadMismatch,
}

/// Seals `claims`: signed with `signer`, readable only with the private half of `recipient`.
///
/// An empty text arrives as `null`: never send one.
///
/// # Panics
/// When the system's source of randomness fails.
#[must_use]
pub fn seal(claims: &Value, signer: &PrivateKey, recipient: &PublicKey) -> String {
    seal_with(claims, signer, recipient, None)
}

/// Like [`seal`], reusing the signature when the same claims were sealed before.
///
/// # Panics
/// When the system's source of randomness fails.
#[must_use]
pub fn seal_cached(
    claims: &Value,
    signer: &PrivateKey,
    recipient: &PublicKey,
    cache: &SignatureCache,
) -> String {
    seal_with(claims, signer, recipient, Some(cache))
}

fn seal_with(
    claims: &Value,
    signer: &PrivateKey,
    recipient: &PublicKey,
    cache: Option<&SignatureCache>,
) -> String {
    let data = claims.to_string();
    let payload = match claims {
        Value::String(text) => text,
        _ => &data,
    };
    seal_rendered(&data, payload, signer, recipient, cache)
}

/// Seals JSON `data` with a signature over `payload`, which a genuine sender renders from it.
///
/// # Panics
/// When the system's source of randomness fails.
#[must_use]
pub fn seal_rendered(
    data: &str,
    payload: &str,
    signer: &PrivateKey,
    recipient: &PublicKey,
    cache: Option<&SignatureCache>,
) -> String {
    let sealed = jws::sign(payload.as_bytes(), signer, cache).and_then(|sign| {
        let sign = Value::String(sign);
        jwe::encrypt(
            format!(r#"{{"data":{data},"sign":{sign}}}"#).into_bytes(),
            recipient,
        )
    });
    sealed.expect("keys were checked when they were loaded and randomness does not fail")
}

/// A message that was deciphered and whose signature nobody has checked: it says who signed it, and nothing else
/// can be had from it before the signer's key confirms it.
pub struct Letter {
    plaintext: Plaintext,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(…)")
    }
}

/// Deciphers a sealed text whose signer is not known yet.
///
/// # Errors
/// [`OpenError::Undecipherable`]
pub fn decipher(message: &str, decrypter: &PrivateKey) -> Result<Letter, OpenError> {
    if message.len() > MAX_MESSAGE_LEN {
        return Err(OpenError::Undecipherable);
    }
    let plaintext = jwe::decrypt(message, decrypter).ok_or(OpenError::Undecipherable)?;
    let plaintext = json::read(&plaintext).ok_or(OpenError::Undecipherable)?;
    Ok(Letter { plaintext })
}

impl Letter {
    /// The thumbprint of the key it says it is signed with.
    #[must_use]
    pub fn key_id(&self) -> Option<String> {
        jws::key_id(self.plaintext.sign.as_deref()?).filter(|kid| !kid.is_empty())
    }

    /// The claims, when the first of `verifiers` that confirms the signature is found; and which one that is.
    ///
    /// # Errors
    /// [`OpenError`] when none of them signed it, or something else than the data.
    pub fn confirmed_by<'a>(
        self,
        verifiers: impl IntoIterator<Item = &'a PublicKey>,
    ) -> Result<(Value, usize), OpenError> {
        let Plaintext { data, sign } = self.plaintext;
        let sign = sign.ok_or(OpenError::InvalidSignature)?;
        let signed = verifiers
            .into_iter()
            .enumerate()
            .find_map(|(index, verifier)| Some((index, jws::verify(&sign, verifier)?)));
        let (index, payload) = signed.ok_or(OpenError::InvalidSignature)?;
        Ok((confirm(data, &payload)?, index))
    }
}

/// The signature of `payload`, as it stands in a message.
///
/// # Panics
/// When the system's source of randomness fails.
#[must_use]
pub fn sign(payload: &[u8], signer: &PrivateKey) -> String {
    jws::sign(payload, signer, None).expect("the key was checked when it was loaded")
}

/// A plaintext as it stands, sealed.
///
/// # Panics
/// When the system's source of randomness fails.
#[must_use]
pub fn encrypt(plaintext: String, recipient: &PublicKey) -> String {
    jwe::encrypt(plaintext.into_bytes(), recipient).expect("the key was checked when it was loaded")
}

#[derive(Deserialize)]
struct Plaintext {
    data: Value,
    sign: Option<String>,
}

/// Opens a sealed text with `decrypter` and gives the claims that `verifier`'s owner signed.
///
/// # Errors
/// [`OpenError`]; nothing of the message may be used then.
pub fn open(
    message: &str,
    decrypter: &PrivateKey,
    verifier: &PublicKey,
) -> Result<Value, OpenError> {
    if message.len() > MAX_MESSAGE_LEN {
        return Err(OpenError::Undecipherable);
    }
    let plaintext = jwe::decrypt(message, decrypter).ok_or(OpenError::Undecipherable)?;
    verify_plaintext(&plaintext, verifier)
}

/// The claims of a decrypted message.
///
/// # Errors
/// [`OpenError`]
pub fn verify_plaintext(plaintext: &[u8], verifier: &PublicKey) -> Result<Value, OpenError> {
    let plaintext: Plaintext = json::read(plaintext).ok_or(OpenError::Undecipherable)?;
    let sign = plaintext.sign.ok_or(OpenError::InvalidSignature)?;
    let payload = jws::verify(&sign, verifier).ok_or(OpenError::InvalidSignature)?;
    confirm(plaintext.data, &payload)
}

/// Returns `data` if `payload` says the same: JSON for objects; for other values also the plain
/// rendering older servers sign.
///
/// # Errors
/// [`OpenError::PayloadMismatch`]
pub fn confirm(data: Value, payload: &[u8]) -> Result<Value, OpenError> {
    if payload.is_empty() {
        return match data {
            Value::Null => Ok(Value::Null),
            Value::String(text) if text.is_empty() => Ok(Value::Null),
            _ => Err(OpenError::PayloadMismatch),
        };
    }
    let as_json = || json::read::<Value>(payload).is_some_and(|value| value == data);
    let same = match &data {
        Value::Object(_) => as_json(),
        Value::String(text) => text.as_bytes() == payload || as_json(),
        _ => as_json() || python::parse(payload).is_some_and(|value| value == data),
    };
    if same {
        Ok(data)
    } else {
        Err(OpenError::PayloadMismatch)
    }
}

//! Grants and orders as they travel: `base64url(JSON) "." base64url(signature)`.

mod grant;
pub(crate) mod order;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_native::key::{KeyPair, PublicKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use grant::{sign, verify};

/// The longest grant or order that is read.
pub const MAX_LENGTH: usize = 8192;

/// Why a grant or an order is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Longer than [`MAX_LENGTH`].
    #[error("it is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// Not what it should be, or something that says what this version does not know.
    #[error("it cannot be read, or is of a later version")]
    Malformed,
    /// Not signed by the server.
    #[error("it is not signed by this server")]
    Signature,
    /// Its times contradict each other.
    #[error("its times contradict each other")]
    Times,
    /// Too late to start with it.
    #[error("it has expired")]
    Expired,
    /// Issued in the future.
    #[error("it is from the future: the clocks disagree")]
    Future,
}

/// Signs what is said, which begins with a context as nothing else that the server's key signs.
fn seal<T: Serialize>(context: &[u8], said: &T, key: &KeyPair) -> String {
    let json = serde_json::to_vec(said).expect("what is signed is JSON");
    let signature = key.sign(&signed(context, &json));
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&json),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

/// Reads what the server signed. Where it did not, nothing of it is read.
fn unseal<T: DeserializeOwned>(
    context: &[u8],
    text: &str,
    server: &PublicKey,
) -> Result<T, GrantError> {
    if text.len() > MAX_LENGTH {
        return Err(GrantError::TooLong);
    }
    let (json, signature) = parts(text).ok_or(GrantError::Malformed)?;
    if !server.verify(&signed(context, &json), &signature) {
        return Err(GrantError::Signature);
    }
    serde_json::from_slice(&json).map_err(|_| GrantError::Malformed)
}

fn parts(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (json, signature) = text.split_once('.')?;
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some((read(json)?, read(signature)?))
}

fn signed(context: &[u8], json: &[u8]) -> Vec<u8> {
    [context, json].concat()
}

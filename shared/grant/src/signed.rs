//! Grants as they travel: `base64url(JSON) "." base64url(signature)`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_native::key::{KeyPair, PublicKey};

use crate::{CLOCKS_APART, Grant, START_WITHIN};

/// The longest grant that is read.
pub const MAX_LENGTH: usize = 8192;

/// Begins as nothing else that the server's key signs.
const CONTEXT: &[u8] = b"migasfree grant 1\n";

/// Why a grant is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the grant is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// Not a grant, or one that says what this version does not know.
    #[error("this is no grant, or one of a later version")]
    Malformed,
    /// Not signed by the server.
    #[error("the grant is not signed by this server")]
    Signature,
    /// Its times contradict each other.
    #[error("the times of the grant contradict each other")]
    Times,
    /// Too late to start with it.
    #[error("the grant has expired")]
    Expired,
    /// Issued in the future.
    #[error("the grant is from the future: the clocks disagree")]
    Future,
}

/// Signs `grant` with the server's key.
///
/// # Panics
/// Where there is no memory left for it.
#[must_use]
pub fn sign(grant: &Grant, key: &KeyPair) -> String {
    let json = serde_json::to_vec(grant).expect("a grant is JSON");
    let signature = key.sign(&signed(&json));
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&json),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

/// Reads a grant of the server with this key, to be started at `now` in Unix seconds.
///
/// That it was not used before, and is for this computer, is for the caller to see.
///
/// # Errors
/// [`GrantError`]: where it is not the server's, nothing of it is read.
pub fn verify(text: &str, server: &PublicKey, now: i64) -> Result<Grant, GrantError> {
    if text.len() > MAX_LENGTH {
        return Err(GrantError::TooLong);
    }
    let (json, signature) = parts(text).ok_or(GrantError::Malformed)?;
    if !server.verify(&signed(&json), &signature) {
        return Err(GrantError::Signature);
    }
    let grant: Grant = serde_json::from_slice(&json).map_err(|_| GrantError::Malformed)?;
    judge(&grant, now)?;
    Ok(grant)
}

fn judge(grant: &Grant, now: i64) -> Result<(), GrantError> {
    let start = grant.expires.checked_sub(grant.issued);
    let in_order = start.is_some_and(|start| (0..=START_WITHIN).contains(&start));
    if !in_order || grant.ends <= grant.issued {
        return Err(GrantError::Times);
    }
    if grant.issued > now.saturating_add(CLOCKS_APART) {
        return Err(GrantError::Future);
    }
    if now > grant.expires || now >= grant.ends {
        return Err(GrantError::Expired);
    }
    Ok(())
}

fn parts(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (json, signature) = text.split_once('.')?;
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some((read(json)?, read(signature)?))
}

fn signed(json: &[u8]) -> Vec<u8> {
    [CONTEXT, json].concat()
}

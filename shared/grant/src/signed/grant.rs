//! Grants, signed and verified.

use migasfree_native::key::{KeyPair, PublicKey};

use super::{GrantError, seal, unseal};
use crate::{CLOCKS_APART, Grant, START_WITHIN};

const CONTEXT: &[u8] = b"migasfree grant 1\n";

/// Signs `grant` with the server's key.
///
/// # Panics
/// Where there is no memory left for it.
#[must_use]
pub fn sign(grant: &Grant, key: &KeyPair) -> String {
    seal(CONTEXT, grant, key)
}

/// Reads a grant of the server with this key, to be started at `now` in Unix seconds.
///
/// That it was not used before, and is for this computer, is for the caller to see.
///
/// # Errors
/// [`GrantError`]: where it is not the server's, nothing of it is read.
pub fn verify(text: &str, server: &PublicKey, now: i64) -> Result<Grant, GrantError> {
    let grant = unseal(CONTEXT, text, server)?;
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

//! Orders, signed and verified.

use migasfree_native::key::{KeyPair, PublicKey};

use super::{GrantError, seal, unseal};
use crate::CLOCKS_APART;
use crate::order::{LONGEST, Order};

const CONTEXT: &[u8] = b"migasfree action order 1\n";

/// Signs `order` with the server's key.
///
/// # Panics
/// Where there is no memory left for it.
#[must_use]
pub fn sign(order: &Order, key: &KeyPair) -> String {
    seal(CONTEXT, order, key)
}

/// Reads an order of the server with this key, to be begun at `now` in Unix seconds.
///
/// That it was not carried out before, and is for this computer, is for the caller to see.
///
/// # Errors
/// [`GrantError`]: where it is not the server's, nothing of it is read.
pub fn verify(text: &str, server: &PublicKey, now: i64) -> Result<Order, GrantError> {
    let order = unseal(CONTEXT, text, server)?;
    judge(&order, now)?;
    Ok(order)
}

fn judge(order: &Order, now: i64) -> Result<(), GrantError> {
    let good = order.expires.checked_sub(order.issued);
    if !good.is_some_and(|good| (0..=LONGEST).contains(&good)) {
        return Err(GrantError::Times);
    }
    if order.issued > now.saturating_add(CLOCKS_APART) {
        return Err(GrantError::Future);
    }
    if now > order.expires {
        return Err(GrantError::Expired);
    }
    Ok(())
}

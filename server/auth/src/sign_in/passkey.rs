//! Signing in with a passkey: as the second step, or with nothing else.

use serde_json::Value;

use super::{Opened, Visit, Way, enter, open, pending};
use crate::factors::Challenge;
use crate::{Auth, AuthError};

/// Asks for a passkey of the account whose step waits.
///
/// # Errors
/// [`AuthError::Step`] when nothing waits, [`AuthError::NoPasskeys`] where the account has none.
pub async fn ask_passkey(
    auth: &Auth,
    visit: &Visit<'_>,
    secret: &str,
) -> Result<Challenge, AuthError> {
    let pending = pending(auth, visit, secret, auth.clock.now()).await?;
    let mut tx = auth.db.begin().await?;
    let asked = auth.passkeys.ask(&mut tx, &*auth.random, pending.user);
    let asked = asked.await?.ok_or(AuthError::NoPasskeys)?;
    tx.commit().await?;
    Ok(asked)
}

/// Asks for a passkey of anybody.
///
/// # Errors
/// [`AuthError::NoPasskeys`] where there are none, [`AuthError::TooMany`] when one address asks too often.
pub async fn ask_anybody(auth: &Auth, visit: &Visit<'_>) -> Result<Challenge, AuthError> {
    let by_address = format!("passkeys from {}", visit.connection.bucket());
    auth.anonymous.hit(&by_address)?;
    let mut tx = auth.db.begin().await?;
    let asked = auth.passkeys.ask_anybody(&mut tx, &*auth.random);
    let asked = asked.await?.ok_or(AuthError::NoPasskeys)?;
    tx.commit().await?;
    Ok(asked)
}

/// Signs in whose passkey answered. The device has asked for a finger or a PIN, so that nothing else is asked.
///
/// # Errors
/// [`AuthError::Answer`] when it is nobody's, which counts for the address.
pub async fn by_passkey(
    auth: &Auth,
    visit: &Visit<'_>,
    way: Way,
    secret: &str,
    credential: Value,
) -> Result<Opened, AuthError> {
    let by_address = visit.connection.bucket();
    let at_address = auth.anonymous.take(&by_address)?;
    let credential = serde_json::from_value(credential).map_err(|_| AuthError::Answer)?;
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    let whose = auth.passkeys.whose(&mut tx, secret, &credential).await?;
    let user = whose.ok_or(AuthError::Answer)?;
    enter(&mut tx, user, way.last_login(now)).await?;
    let opened = open(auth, &mut tx, visit, way, user, now).await?;
    tx.commit().await?;
    auth.anonymous.give_back(&by_address, at_address);
    Ok(opened)
}

//! What accounts do with their own factors.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, Tx, args};
use serde_json::Value;

use super::passkeys::{self, Challenge, HeldPasskey};
use super::recovery;
use super::totp::{self, Begun};
use crate::limit::Attempt;
use crate::session::Place;
use crate::unlocking::heed_unlocking_of;
use crate::{Auth, AuthError, Operator, note};

/// What an account has besides its password.
#[derive(Debug, Clone)]
pub struct Held {
    /// Since when it is asked for the codes of an app.
    pub totp: Option<Ts>,
    /// Its passkeys, the oldest first.
    pub passkeys: Vec<HeldPasskey>,
    /// Whether it could have some.
    pub passkeys_offered: bool,
    /// Recovery codes it has left.
    pub recovery_codes: i64,
    /// Whether a group of it demands more than a password.
    pub demanded: bool,
}

/// What an operator has.
///
/// # Errors
/// When the database fails.
pub async fn held(auth: &Auth, user: UserId) -> Result<Held, AuthError> {
    let (totp, recovery_codes, demanded): (Option<Ts>, i64, bool) = auth
        .db
        .one(
            "SELECT (SELECT confirmed_at FROM auth_totp WHERE user_id = $1), \
             (SELECT COUNT(*) FROM auth_recovery_code WHERE user_id = $1), \
             EXISTS (SELECT g.id FROM auth_group AS g JOIN auth_user_groups AS m ON m.group_id = g.id \
             WHERE m.user_id = $1 AND g.second_factor_demanded)",
            args![user],
        )
        .await?;
    Ok(Held {
        totp,
        passkeys: passkeys::held(&auth.db, user).await?,
        passkeys_offered: auth.passkeys.are_offered(),
        recovery_codes,
        demanded,
    })
}

/// Begins with the codes of an app: nothing is asked before one was confirmed.
///
/// # Errors
/// [`AuthError::FactorThere`] when the account has an app already.
pub async fn begin_totp(auth: &Auth, operator: &Operator) -> Result<Begun, AuthError> {
    let mut tx = auth.db.begin().await?;
    let codes = &auth.time_codes;
    let begun = codes.begin(&mut tx, &*auth.random, operator.id).await?;
    let begun = begun.ok_or(AuthError::FactorThere)?;
    tx.commit().await?;
    Ok(begun)
}

/// Asks for the codes of an app from now on, if this is one of them. Answers the recovery codes of an account that had none.
///
/// # Errors
/// [`AuthError::Answer`] when it is not.
pub async fn confirm_totp(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
    code: &str,
) -> Result<Vec<String>, AuthError> {
    let user = operator.id;
    let attempt = attempt(auth, user).await?;
    let mut tx = auth.db.begin().await?;
    if !auth.time_codes.confirm(&mut tx, user, code).await? {
        attempt.failed();
        return Err(AuthError::Answer);
    }
    let codes = added(auth, &mut tx, user, place, totp::NAME).await?;
    tx.commit().await?;
    attempt.succeeded();
    Ok(codes)
}

/// Notes a new factor; answers the recovery codes of an account that had none.
pub(crate) async fn added(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
    place: &Place<'_>,
    factor: &str,
) -> Result<Vec<String>, AuthError> {
    let now = auth.clock.now();
    note(tx, "add_factor", user, place, factor, now).await?;
    Ok(match recovery::left(tx, user).await? {
        0 => recovery::renew(tx, &*auth.random, user, now).await?,
        _ => Vec::new(),
    })
}

/// Asks a browser for a new passkey.
///
/// # Errors
/// [`AuthError::NoPasskeys`] where there are none.
pub async fn begin_passkey(auth: &Auth, operator: &Operator) -> Result<Challenge, AuthError> {
    let mut tx = auth.db.begin().await?;
    let (user, name) = (operator.id, &operator.username);
    let begun = auth.passkeys.register(&mut tx, &*auth.random, user, name);
    let begun = begun.await?.ok_or(AuthError::NoPasskeys)?;
    tx.commit().await?;
    Ok(begun)
}

/// Takes the passkey that a browser made. Answers the recovery codes of an account that had none.
///
/// # Errors
/// [`AuthError::Answer`] when it is not what was asked for.
pub async fn confirm_passkey(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
    (secret, name): (&str, &str),
    credential: Value,
) -> Result<Vec<String>, AuthError> {
    let credential = serde_json::from_value(credential).map_err(|_| AuthError::Answer)?;
    let user = operator.id;
    let mut tx = auth.db.begin().await?;
    let stored = auth
        .passkeys
        .store(&mut tx, user, secret, name, &credential);
    if !stored.await? {
        return Err(AuthError::Answer);
    }
    let codes = added(auth, &mut tx, user, place, passkeys::NAME).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Forgets a passkey. Answers whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_passkey(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
    id: i64,
) -> Result<bool, AuthError> {
    let mut tx = auth.db.begin().await?;
    let removed = tx
        .execute(
            "DELETE FROM auth_passkey WHERE user_id = $1 AND id = $2",
            args![operator.id, id],
        )
        .await?;
    if removed == 1 {
        gone(auth, &mut tx, operator.id, place, passkeys::NAME).await?;
        tx.commit().await?;
    }
    Ok(removed == 1)
}

/// Asks for the codes of an app no more; the recovery codes go with the last factor. Answers whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_totp(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
) -> Result<bool, AuthError> {
    let user = operator.id;
    let mut tx = auth.db.begin().await?;
    let removed = tx
        .execute("DELETE FROM auth_totp WHERE user_id = $1", args![user])
        .await?;
    if removed == 1 {
        gone(auth, &mut tx, user, place, totp::NAME).await?;
        tx.commit().await?;
    }
    Ok(removed == 1)
}

/// Notes that a factor is gone. Recovery codes stand in for another one: without it they are none themselves.
async fn gone(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
    place: &Place<'_>,
    factor: &str,
) -> Result<(), AuthError> {
    let now = auth.clock.now();
    note(tx, "remove_factor", user, place, factor, now).await?;
    let asked = auth.factors.asked_of(tx, user).await?;
    if asked.iter().all(|name| *name == recovery::NAME) {
        recovery::forget(tx, user).await?;
    }
    Ok(())
}

/// Makes new recovery codes in place of those there are.
///
/// # Errors
/// [`AuthError::NoFactor`] when the account has nothing that they could stand in for.
pub async fn new_recovery_codes(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
) -> Result<Vec<String>, AuthError> {
    let user = operator.id;
    let mut tx = auth.db.begin().await?;
    let asked = auth.factors.asked_of(&mut tx, user).await?;
    if asked.iter().all(|name| *name == recovery::NAME) {
        return Err(AuthError::NoFactor);
    }
    let now = auth.clock.now();
    let codes = recovery::renew(&mut tx, &*auth.random, user, now).await?;
    let with = recovery::NAME;
    note(&mut tx, "new_recovery_codes", user, place, with, now).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Takes everything from an account that it has besides its password: for who has lost all of it.
///
/// # Errors
/// When the database fails.
pub async fn forget_factors(tx: &mut Tx, user: UserId) -> migasfree_server_db::Result<()> {
    tx.execute("DELETE FROM auth_totp WHERE user_id = $1", args![user])
        .await?;
    tx.execute("DELETE FROM auth_passkey WHERE user_id = $1", args![user])
        .await?;
    recovery::forget(tx, user).await
}

/// Begins an answer of an account. Wrong ones are counted wherever they come from.
///
/// # Errors
/// [`AuthError::TooManyAnswers`] after too many of them.
pub(crate) async fn attempt(auth: &Auth, user: UserId) -> Result<Attempt<'_>, AuthError> {
    let counted = format!("second step of {user}");
    heed_unlocking_of(auth, &counted, user).await?;
    let attempt = auth.logins.attempt(&counted).await;
    attempt.map_err(AuthError::answers)
}

//! What accounts do with their own factors.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, Tx, args};

use super::recovery;
use super::totp::{self, Begun};
use crate::session::Place;
use crate::{Auth, AuthError, Operator, note};

/// What an account has besides its password.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// Since when it is asked for the codes of an app.
    pub totp: Option<Ts>,
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
    let attempt = auth.logins.attempt(&counted(user)).await;
    let attempt = attempt.map_err(AuthError::answers)?;
    let mut tx = auth.db.begin().await?;
    if !auth.time_codes.confirm(&mut tx, user, code).await? {
        attempt.failed();
        return Err(AuthError::Answer);
    }
    let now = auth.clock.now();
    let codes = match recovery::left(&mut tx, user).await? {
        0 => recovery::renew(&mut tx, &*auth.random, user, now).await?,
        _ => Vec::new(),
    };
    note(&mut tx, "add_factor", user, place, totp::NAME, now).await?;
    tx.commit().await?;
    attempt.succeeded();
    Ok(codes)
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
    if removed == 0 {
        return Ok(false);
    }
    forget_idle_codes(auth, &mut tx, user).await?;
    let now = auth.clock.now();
    note(&mut tx, "remove_factor", user, place, totp::NAME, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Recovery codes stand in for another factor: without one they are none themselves.
async fn forget_idle_codes(auth: &Auth, tx: &mut Tx, user: UserId) -> Result<(), AuthError> {
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
    recovery::forget(tx, user).await
}

/// Under which the wrong answers of an account are counted, wherever they come from.
pub(crate) fn counted(user: UserId) -> String {
    format!("second step of {user}")
}

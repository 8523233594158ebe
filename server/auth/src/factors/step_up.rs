//! Showing once more who one is, for what an open session alone is not enough for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, Tx, args};

use super::own::attempt;
use super::passkeys::Challenge;
use crate::providers::has_some_password;
use crate::session::Place;
use crate::{Auth, AuthError, Credential, Operator, Refused, note, note_refused, verify_own};

/// How long it counts that somebody showed who they are.
pub const FRESH: Duration = Duration::from_secs(10 * 60);

/// What who has no other factor shows.
pub const PASSWORD: &str = "password";

/// What who has neither shows: they sign in at their provider once more, which opens a session that is [`Fresh`].
pub const PROVIDER: &str = "provider";

/// An operator of a session who showed who they are within [`FRESH`]. A handler that takes one runs for nobody else;
/// programs have nothing to show, and do not get there.
#[derive(Debug, Clone)]
pub struct Fresh(pub Operator);

impl<S: Send + Sync> FromRequestParts<S> for Fresh
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthError> {
        let operator = <Operator as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        if !matches!(operator.credential, Credential::Session(_)) {
            return Err(AuthError::SessionNeeded);
        }
        require_fresh(&Arc::<Auth>::from_ref(state), &operator).await?;
        Ok(Self(operator))
    }
}

/// Refuses a session whose operator has not shown lately who they are. Programs pass: version 5 knows nothing of this.
///
/// # Errors
/// [`AuthError::StepUp`]
pub async fn require_fresh(auth: &Auth, operator: &Operator) -> Result<(), AuthError> {
    if is_fresh(auth, operator).await? {
        Ok(())
    } else {
        Err(AuthError::StepUp)
    }
}

/// Whether [`require_fresh`] lets an operator pass.
///
/// # Errors
/// When the database fails.
pub async fn is_fresh(auth: &Auth, operator: &Operator) -> Result<bool, AuthError> {
    let Credential::Session(id) = operator.credential else {
        return Ok(true);
    };
    let row: Option<(i64,)> = auth
        .db
        .optional(
            "SELECT id FROM auth_session WHERE id = $1 AND proved_at > $2",
            args![id, auth.clock.now() - FRESH],
        )
        .await?;
    Ok(row.is_some())
}

/// What an operator may show.
///
/// # Errors
/// When the database fails.
pub async fn proofs(auth: &Auth, operator: &Operator) -> Result<Vec<&'static str>, AuthError> {
    let mut tx = auth.db.begin().await?;
    let asked = auth.factors.asked_of(&mut tx, operator.id).await?;
    if !asked.is_empty() {
        return Ok(asked);
    }
    Ok(match has_some_password(auth, &mut tx, operator.id).await? {
        true => vec![PASSWORD],
        false => vec![PROVIDER],
    })
}

/// Asks the browser of an operator for one of their passkeys.
///
/// # Errors
/// [`AuthError::NoPasskeys`] where they have none.
pub async fn ask_passkey(auth: &Auth, operator: &Operator) -> Result<Challenge, AuthError> {
    let mut tx = auth.db.begin().await?;
    let asked = auth.passkeys.ask(&mut tx, &*auth.random, operator.id);
    let asked = asked.await?.ok_or(AuthError::NoPasskeys)?;
    tx.commit().await?;
    Ok(asked)
}

/// Takes what an operator shows: from now on their session counts as [`Fresh`].
///
/// # Errors
/// [`AuthError::Answer`] when it is wrong, or not what they have to show.
pub async fn step_up(
    auth: &Auth,
    operator: &Operator,
    place: &Place<'_>,
    factor: &str,
    answer: &str,
) -> Result<(), AuthError> {
    let Credential::Session(session) = operator.credential else {
        return Err(AuthError::SessionNeeded);
    };
    if factor == PROVIDER || !proofs(auth, operator).await?.contains(&factor) {
        return Err(AuthError::Answer);
    }
    if factor == PASSWORD {
        by_password(auth, operator, session, place, answer).await
    } else {
        by_factor(auth, operator, session, place, (factor, answer)).await
    }
}

/// From now on the session counts as [`Fresh`].
async fn prove(
    tx: &mut Tx,
    (user, session): (UserId, i64),
    place: &Place<'_>,
    factor: &str,
    now: Ts,
) -> Result<(), AuthError> {
    tx.execute(
        "UPDATE auth_session SET proved_at = $2 WHERE id = $1",
        args![session, now],
    )
    .await?;
    note(tx, "step_up", user, place, factor, now).await?;
    Ok(())
}

async fn by_password(
    auth: &Auth,
    operator: &Operator,
    session: i64,
    place: &Place<'_>,
    password: &str,
) -> Result<(), AuthError> {
    let verified = verify_own(auth, operator, password).await?;
    let verified = verified.ok_or(AuthError::Answer)?;
    let mut tx = auth.db.begin().await?;
    verified.still(&mut tx, None).await?;
    let now = auth.clock.now();
    prove(&mut tx, (operator.id, session), place, PASSWORD, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn by_factor(
    auth: &Auth,
    operator: &Operator,
    session: i64,
    place: &Place<'_>,
    (factor, answer): (&str, &str),
) -> Result<(), AuthError> {
    let attempt = attempt(auth, operator.id).await?;
    let mut tx = auth.db.begin().await?;
    let passes = auth.factors.passes(&mut tx, operator.id, factor, answer);
    if !passes.await? {
        attempt.failed();
        let address = place.address.clone();
        note_refused(auth, Refused::Step, Some(operator.id), address);
        return Err(AuthError::Answer);
    }
    let now = auth.clock.now();
    prove(&mut tx, (operator.id, session), place, factor, now).await?;
    tx.commit().await?;
    attempt.succeeded();
    Ok(())
}

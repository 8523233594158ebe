//! Tickets: what a program that cannot send headers shows once when it opens a WebSocket.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, args};

use super::secret::{self, Shown};
use super::{Auth, AuthError, Credential, Operator};

/// How long a ticket is good.
pub const LIFE: Duration = Duration::from_secs(30);

/// A ticket for an operator, good once and for [`LIFE`].
///
/// # Errors
/// [`AuthError::NotAuthenticated`] for who signed in with a password, which is for one request.
pub async fn issue(auth: &Auth, operator: &Operator) -> Result<String, AuthError> {
    let ticket = secret::new_token(&*auth.random);
    let (session, token, jwt, key) = match operator.credential {
        Credential::Session(id) => (Some(id), None, None, None),
        Credential::Token(id) => (None, Some(id), None, None),
        Credential::Jwt(id) => (None, None, Some(id), None),
        Credential::ApiKey(id) => (None, None, None, Some(id)),
        Credential::Password => return Err(AuthError::NotAuthenticated),
    };
    auth.db
        .execute(
            "INSERT INTO auth_ticket (ticket_hash, user_id, expires_at, session_id, token_id, jwt_id, \
             api_key_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                secret::digest(&ticket),
                operator.id,
                auth.clock.now() + LIFE,
                session,
                token,
                jwt,
                key
            ],
        )
        .await?;
    Ok(ticket)
}

/// Takes a ticket out of use; answers whom it was for, and what it was issued with.
///
/// # Errors
/// When the database fails.
pub async fn take(db: &Db, ticket: &str, now: Ts) -> Result<Option<(UserId, Credential)>> {
    let shown = Shown::of(ticket);
    let near: Vec<(String,)> = db
        .all(
            "SELECT ticket_hash FROM auth_ticket WHERE ticket_hash >= $1 AND ticket_hash < $2",
            args![shown.from(), shown.below()],
        )
        .await?;
    let Some((stored,)) = near.into_iter().find(|(stored,)| shown.is(stored)) else {
        return Ok(None);
    };
    /// The owner, and the session, token, JSON web token or API key it was asked for with.
    type Owner = (UserId, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let owner: Option<Owner> = db
        .optional(
            "DELETE FROM auth_ticket WHERE ticket_hash = $1 AND expires_at > $2 \
             RETURNING user_id, session_id, token_id, jwt_id, api_key_id",
            args![stored, now],
        )
        .await?;
    Ok(owner.and_then(|(user, session, token, jwt, key)| {
        let credential = session
            .map(Credential::Session)
            .or(token.map(Credential::Token))
            .or(jwt.map(Credential::Jwt))
            .or(key.map(Credential::ApiKey))?;
        Some((user, credential))
    }))
}

//! Tickets: what a program that cannot send headers shows once when it opens a WebSocket.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{AuthError, Credential, Operator, secret};
use crate::app::AppState;
use crate::args;
use crate::db::{Db, Result, Ts, UserId};

const LIFE: Duration = Duration::from_secs(30);

/// `POST /api/v1/token/events/ticket/`: a ticket good for 30 seconds and one use.
pub async fn issue(
    State(state): State<AppState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    let ticket = secret::new_token();
    let (session, token) = match operator.credential {
        Credential::Session(id) => (Some(id), None),
        Credential::Token(id) => (None, Some(id)),
        Credential::Jwt | Credential::Ticket | Credential::Password => (None, None),
    };
    state
        .db
        .execute(
            "INSERT INTO auth_ticket (ticket_hash, user_id, expires_at, session_id, token_id) \
             VALUES ($1, $2, $3, $4, $5)",
            args![
                secret::digest(&ticket),
                operator.id,
                state.clock.now() + LIFE,
                session,
                token
            ],
        )
        .await?;
    Ok(Json(
        json!({"ticket": ticket, "expires_in": LIFE.as_secs()}),
    ))
}

/// Takes a ticket out of use; answers whom it was for, and what it was issued with.
pub async fn take(db: &Db, ticket: &str, now: Ts) -> Result<Option<(UserId, Credential)>> {
    let owner: Option<(UserId, Option<i64>, Option<i64>)> = db
        .optional(
            "DELETE FROM auth_ticket WHERE ticket_hash = $1 AND expires_at > $2 \
             RETURNING user_id, session_id, token_id",
            args![secret::digest(ticket), now],
        )
        .await?;
    Ok(owner.map(|(user, session, token)| {
        let session = session.map(Credential::Session);
        let credential = session.or(token.map(Credential::Token));
        (user, credential.unwrap_or(Credential::Ticket))
    }))
}

//! Tickets: what a program that cannot send headers shows once when it opens a WebSocket.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{AuthError, Operator, secret};
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
    state
        .db
        .execute(
            "INSERT INTO auth_ticket (ticket_hash, user_id, expires_at) VALUES ($1, $2, $3)",
            args![
                secret::digest(&ticket),
                operator.id,
                state.clock.now() + LIFE
            ],
        )
        .await?;
    Ok(Json(
        json!({"ticket": ticket, "expires_in": LIFE.as_secs()}),
    ))
}

/// Takes a ticket out of use; answers whom it was for.
pub async fn take(db: &Db, ticket: &str, now: Ts) -> Result<Option<UserId>> {
    let owner: Option<(UserId,)> = db
        .optional(
            "DELETE FROM auth_ticket WHERE ticket_hash = $1 AND expires_at > $2 RETURNING user_id",
            args![secret::digest(ticket), now],
        )
        .await?;
    Ok(owner.map(|row| row.0))
}

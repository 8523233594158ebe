//! Signing in and out, one's own account, tickets.

pub mod account;
mod fields;
mod sign_in;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use migasfree_server_auth::{AuthError, Operator, ticket};
use serde_json::{Value, json};

use crate::ApiState;

/// Their routes.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/rest-auth/login/", post(sign_in::sign_in))
        .route("/rest-auth/logout/", post(sign_in::sign_out))
        .route(
            "/rest-auth/user/",
            get(account::show)
                .put(account::update)
                .patch(account::update),
        )
        .route(
            "/rest-auth/password/change/",
            post(account::change_password),
        )
        .route("/token-auth/", post(sign_in::token))
        .route("/token-auth-jwt/", post(sign_in::jwt_pair))
        .route("/token-refresh/", post(sign_in::jwt_refresh))
        .route("/api/token/verify/", post(sign_in::jwt_verify))
        .route("/api/v1/token/events/ticket/", post(issue_ticket))
}

/// `POST /api/v1/token/events/ticket/`
async fn issue_ticket(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    let ticket = ticket::issue(&state.auth, &operator).await?;
    Ok(Json(
        json!({"ticket": ticket, "expires_in": ticket::LIFE.as_secs()}),
    ))
}

//! Whether the server is well, and its figures.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::AppState;
use crate::auth::{AuthError, Connection, Operator};

/// `GET /health`: 200 while the database answers, 503 otherwise.
pub(super) async fn health(State(state): State<AppState>) -> Response {
    match state.db.ping().await {
        Ok(()) => {
            Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            let body =
                Json(json!({"status": "unavailable", "detail": "The database does not answer."}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

/// `GET /metrics` for Prometheus: from this machine without a proxy between, or with the permission
/// `server.view_metrics`.
pub(super) async fn metrics(
    State(state): State<AppState>,
    connection: Connection,
    operator: Option<Operator>,
) -> Result<Response, AuthError> {
    if !connection.local {
        operator
            .ok_or(AuthError::NotAuthenticated)?
            .require("server.view_metrics")?;
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], state.metrics.0.render()).into_response())
}

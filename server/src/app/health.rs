//! Whether the server is well, and its figures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_auth::{AuthError, Connection, Operator};
use migasfree_server_db::{self as db, Ahead};
use migasfree_server_domain::certificates;
use serde_json::json;

use super::AppState;

/// Who asks for the health of the server waits no longer for the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /health`: 200 while the database answers and has room, 503 otherwise.
pub(super) async fn health(State(state): State<AppState>) -> Response {
    let db = state.db.ahead(Ahead::OfEverybody);
    let look = async {
        db.ping().await?;
        db.has_room().await
    };
    let looked = tokio::time::timeout(PATIENCE, look).await;
    match looked.unwrap_or(Err(db::Error::Busy)) {
        Ok(true) => {
            Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})).into_response()
        }
        Ok(false) => unavailable("The disk of the database is full: free some room."),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            unavailable("The database does not answer.")
        }
    }
}

fn unavailable(detail: &str) -> Response {
    let body = Json(json!({"status": "unavailable", "detail": detail}));
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
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
    metrics::counter!("migasfree_statements_total").absolute(state.db.statements());
    if let Err(error) = state.jobs.note_lengths(&state.handlers).await {
        tracing::warn!(%error, "cannot count the background jobs");
    }
    if let Err(error) = certificates::note_expiry(&state.services).await {
        tracing::warn!(%error, "cannot count the certificates");
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], state.metrics.0.render()).into_response())
}

//! What requests pass through because of how they come: without encryption, or without a certificate.

use axum::Extension;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use migasfree_server_auth::{Connection, problem};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::error::RestError;
use migasfree_types::message::Message;
use serde_json::json;

use super::routes::{self, Whose};
use crate::app::AppState;
use crate::config::PlainHttp;
use crate::{messages, web};

/// Refuses what comes in a way that the settings forbid, and leads browsers to https.
pub(crate) async fn pass(
    State(state): State<AppState>,
    connection: Connection,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match stopped(&state, connection, &mut request) {
        Some(response) => response,
        None => next.run(request).await,
    };
    if let Some(line) = state.transport.hsts().filter(|_| connection.secure) {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, line.clone());
    }
    response
}

fn stopped(state: &AppState, connection: Connection, request: &mut Request) -> Option<Response> {
    let path = request.uri().path();
    let whose = Whose::of(path);
    if !connection.secure && !routes::is_watched(path) {
        if let Some(elsewhere) = elsewhere(state, request) {
            return Some(elsewhere);
        }
        if state.settings.plain_http == PlainHttp::Refuse {
            let message = messages::https_needed(state.domain().settings.base.clone());
            return Some(refused(message));
        }
    }
    let judged = state.transport.judge(request, whose, state.clock.now());
    judged.err().map(|message| {
        metrics::counter!("migasfree_refused_certificates_total").increment(1);
        tracing::warn!(address = %connection.client, path = request.uri().path(), %message, "a caller is refused");
        refused(message)
    })
}

/// Leads a browser that opens the console to the same page under https.
fn elsewhere(state: &AppState, request: &Request) -> Option<Response> {
    let base = &state.domain().settings.base;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || !web::is_console(request.uri().path()) || !base.starts_with("https://") {
        return None;
    }
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let there = HeaderValue::from_str(&format!("{base}{path}")).ok()?;
    let location = [(header::LOCATION, there)];
    Some((StatusCode::PERMANENT_REDIRECT, location).into_response())
}

fn refused(message: Message) -> Response {
    let status = StatusCode::FORBIDDEN;
    let body = Json(json!({"detail": message.text, "code": message.code}));
    (status, Extension(problem(status, message)), body).into_response()
}

/// `GET /.well-known/acme-challenge/{token}`: what an authority looks for.
pub(crate) async fn challenge(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<String, RestError> {
    state
        .transport
        .holder()
        .answer(&token)
        .ok_or(RestError::NoRoute)
}

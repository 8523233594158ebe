//! Remote support: asking for sessions, ending them, playing what was recorded, and who can be reached.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use migasfree_server_auth::Operator;
use migasfree_server_domain::{
    computers::computer::COMPUTERS,
    ids::ComputerId,
    remote::{self, Asked, RELAY, sessions::REMOTE_SESSIONS},
};
use migasfree_server_entity::{
    action::Verb,
    address,
    call::{Gives, Members, Served, call},
    context::Context,
    entity::Like,
    error::RestError,
    json::Json as Answer,
    params::Params,
};
use serde_json::{Value, json};

use crate::ApiState;
use crate::accounts::fields::Fields;

/// What recordings of terminals are.
const ASCIICAST: &str = "application/x-asciicast";
/// What recordings of screens are: what was sent, piece by piece.
const SCREEN: &str = "application/vnd.migasfree.screen";

/// What is asked for.
const ASKED: Members = &[
    ("computer", Like::Integer),
    ("service", Like::Text),
    ("mode", Like::Note),
    ("account", Like::Note),
    ("port", Like::Note),
    ("reason", Like::Note),
    ("ticket", Like::Note),
    ("unattended", Like::Boolean),
    ("unrecorded", Like::Boolean),
];

/// What starts a session.
const GRANTED: Members = &[
    ("id", Like::Integer),
    ("session", Like::Text),
    ("grant", Like::Text),
    ("relay", Like::Text),
    ("expires", Like::Text),
];

/// How a computer is reached.
const ACCESS: Members = &[
    ("id", Like::Integer),
    ("name", Like::Text),
    ("status", Like::Text),
    ("mode", Like::Text),
    ("relay", Like::Text),
    ("server_ip", Like::Note),
    ("services", Like::Texts),
    ("last_seen", Like::Note),
    ("rdp_certificate", Like::Note),
    ("may", Like::Objects),
    ("policy", Like::Anything),
    ("refused", Like::Anything),
];

/// A page of computers.
const PAGE: Members = &[
    ("count", Like::Integer),
    ("next", Like::Note),
    ("previous", Like::Note),
    ("results", Like::Objects),
];

const LIST: &str = "remote-access";

/// The calls.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Post,
            "/api/v1/token/remote-sessions/",
            "Ask for a session. The grant starts it at the relay, once and within a minute. Service is terminal, screen, \
             files or port; mode is user or administrator, view or control, read, write or read_write",
        )
        .taking(ASKED)
        .giving(GRANTED)
        .refusing(&["409"])
        // The list is the entity's.
        .served(post(ask).fallback(otherwise)),
        call(
            Verb::Post,
            "/api/v1/token/remote-sessions/{id}/end/",
            "End a session: one's own, or with the right to any",
        )
        .gives(Gives::Named("RemoteSession"))
        .answered(end),
        call(
            Verb::Get,
            "/api/v1/token/remote-sessions/{id}/recording/",
            "What was recorded of a session: asciicast 2 of a terminal, what was sent of a screen; that it was played is noted",
        )
        .gives(Gives::Files(&[ASCIICAST, SCREEN]))
        .answered(recording),
        call(
            Verb::Get,
            "/api/v1/token/computers/{id}/remote-access/",
            "Whether a computer can be reached, and what one may do there",
        )
        .giving(ACCESS)
        .answered(access),
        call(
            Verb::Get,
            "/api/v1/token/remote-access/",
            "The computers one sees, with who is there",
        )
        .asking(&[
            ("search", Like::Text),
            ("online", Like::Boolean),
            ("page", Like::Integer),
            ("page_size", Like::Integer),
        ])
        .giving(PAGE)
        .answered(list),
    ]
}

async fn ask(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let asked = Asked::read(&operator, &fields.0)?;
    let context = Context::new(state.services.clone(), operator);
    let granted = remote::ask(&context, &asked).await?;
    Ok(Json(json!({
        "id": granted.id,
        "session": granted.session,
        "grant": granted.grant,
        "relay": RELAY,
        "expires": granted.expires,
    })))
}

async fn otherwise(State(state): State<ApiState>, request: Request) -> Response {
    migasfree_server_entity::handle(State(state.services.clone()), request).await
}

async fn end(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(REMOTE_SESSIONS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    remote::end_by_operator(&context, id).await.map(Json)
}

async fn recording(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Response, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(REMOTE_SESSIONS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    let played = remote::play(&context, id).await?;
    let kind = match played.format.as_str() {
        "screen" => SCREEN,
        _ => ASCIICAST,
    };
    let kind = [(header::CONTENT_TYPE, kind)];
    Ok((kind, Body::from_stream(played.content)).into_response())
}

async fn access(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(COMPUTERS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    let told = remote::access_to(&context, ComputerId(id)).await?;
    Ok(Json(told))
}

async fn list(
    State(state): State<ApiState>,
    operator: Operator,
    RawQuery(query): RawQuery,
) -> Result<Json<Answer>, RestError> {
    let context = Context::new(state.services.clone(), operator);
    let params = Params::from_query(&query.unwrap_or_default());
    let base = address::base(&context.state);
    let page = remote::reachable(&context, &params, &address::of(&base, LIST)).await?;
    Ok(Json(page))
}

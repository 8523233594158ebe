//! One's own sessions, and sign-ins from places that are new.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use migasfree_server_auth::{
    AuthError, NewPlace, OpenSession, Operator, credentials_changed, end_session, new_places, note,
    open_sessions, places_seen, sign_out_everywhere,
};
use migasfree_server_domain::core::accounts::SESSION;
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Members, Served, call},
    entity::Like,
    error::RestError,
};
use serde_json::{Value, json};

use super::place::Origin;
use crate::ApiState;

const PLACE: Members = &[
    ("device", Like::Text),
    ("address", Like::Text),
    ("at", Like::Text),
];
const DETAIL: Members = &[("detail", Like::Text)];

/// The calls.
pub fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/api/v1/token/account/sessions/",
            "One's own open sessions, the one used last first",
        )
        .gives(Gives::Listed(SESSION))
        .answered(list),
        call(
            Verb::Delete,
            "/api/v1/token/account/sessions/{id}/",
            "End one of one's own sessions",
        )
        .giving(DETAIL)
        .answered(end),
        call(
            Verb::Post,
            "/api/v1/token/account/sign-out-everywhere/",
            "End one's own sessions and JSON web tokens, but for the one that asks",
        )
        .giving(DETAIL)
        .answered(end_all),
        call(
            Verb::Get,
            "/api/v1/token/account/new-sign-ins/",
            "Sign-ins from places one's own account was never at before",
        )
        .gives(Gives::Listed(PLACE))
        .answered(news),
        call(
            Verb::Delete,
            "/api/v1/token/account/new-sign-ins/",
            "Be told of these no more",
        )
        .giving(DETAIL)
        .answered(news_seen),
    ]
}

const fn no_session() -> RestError {
    RestError::NoRow("Session")
}

async fn list(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Vec<OpenSession>>, AuthError> {
    let now = state.clock.now();
    let sessions = open_sessions(&state.db, operator.id, operator.credential, now).await?;
    Ok(Json(sessions))
}

async fn end(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
    origin: Origin,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| no_session())?;
    let mut tx = state.db.begin().await?;
    if !end_session(&mut tx, operator.id, id).await? {
        return Err(no_session());
    }
    let (place, now) = (origin.place(), state.clock.now());
    note(&mut tx, "end_session", operator.id, &place, "session", now).await?;
    credentials_changed(&state.auth, &mut tx, operator.id);
    tx.commit().await?;
    Ok(Json(json!({"detail": "The session has ended."})))
}

async fn end_all(
    State(state): State<ApiState>,
    operator: Operator,
    origin: Origin,
) -> Result<Json<Value>, AuthError> {
    let mut tx = state.db.begin().await?;
    sign_out_everywhere(&mut tx, operator.id, Some(operator.credential)).await?;
    let (place, now) = (origin.place(), state.clock.now());
    note(&mut tx, "end_sessions", operator.id, &place, "session", now).await?;
    credentials_changed(&state.auth, &mut tx, operator.id);
    tx.commit().await?;
    Ok(Json(json!({"detail": "Signed out everywhere else."})))
}

async fn news(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Vec<NewPlace>>, AuthError> {
    Ok(Json(new_places(&state.db, operator.id).await?))
}

async fn news_seen(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    places_seen(&state.db, operator.id).await?;
    Ok(Json(json!({"detail": "Noted."})))
}

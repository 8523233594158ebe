//! Whether the audit is whole, and all of it as it is kept elsewhere.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use migasfree_server_audit::export::lines;
use migasfree_server_auth::{AuthError, Operator};
use migasfree_server_domain::audit::verifying::{self, VerifyAudit};
use migasfree_server_domain::core::permissions::{ADD_VERIFICATION, VIEW_VERIFICATION};
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, LINES, Members, Served, call},
    entity::Like,
    error::RestError,
    params::Params,
    value::Refused,
};
use serde_json::{Value, json};

use crate::ApiState;

const VERIFICATION: &str = "/api/v1/token/audit/verification/";

/// What was found the last time; null where nobody has looked yet.
const FOUND: Members = &[
    ("is_running", Like::Boolean),
    ("checked_at", Like::Note),
    ("checked", Like::Key),
    ("last_id", Like::Key),
    ("checkpoint_id", Like::Key),
    ("broken_id", Like::Key),
    ("reason", Like::Note),
];

/// A record, as it is kept elsewhere.
const RECORD: Members = &[
    ("id", Like::Integer),
    ("created_at", Like::Text),
    ("user_id", Like::Key),
    ("username", Like::Text),
    ("action", Like::Text),
    ("entity", Like::Text),
    ("object_id", Like::Key),
    ("object_text", Like::Text),
    ("before", Like::Anything),
    ("after", Like::Anything),
    ("address", Like::Text),
    ("hash", Like::Text),
];

/// What seeing the audit takes.
const VIEW_RECORD: &str = "audit.view_record";

/// The calls.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/api/v1/token/audit/lines/",
            "The audit in the order of its chain, behind the record of a number",
        )
        .asking(&[("after", Like::Integer)])
        .gives(Gives::Lines(RECORD))
        .answered(as_lines),
        call(Verb::Get, VERIFICATION, "Whether the audit was found whole")
            .giving(FOUND)
            .answered(found),
        call(Verb::Post, VERIFICATION, "Look whether the audit is whole")
            .giving(FOUND)
            .answered(look),
    ]
}

async fn found(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, RestError> {
    operator.require(VIEW_VERIFICATION)?;
    told(&state).await
}

/// Looking takes a while: it is done behind the answer.
async fn look(State(state): State<ApiState>, operator: Operator) -> Result<Json<Value>, RestError> {
    operator.require(ADD_VERIFICATION)?;
    let mut tx = state.db.begin().await?;
    state.jobs.enqueue(&mut tx, &VerifyAudit).await?;
    tx.commit().await?;
    told(&state).await
}

async fn told(state: &ApiState) -> Result<Json<Value>, RestError> {
    let running: Vec<VerifyAudit> = state.jobs.unfinished().await?;
    let newest = verifying::newest(&state.db).await?;
    let found = newest.as_ref().map(|newest| &newest.found);
    let broken = found.and_then(|found| found.broken);
    Ok(Json(json!({
        "is_running": !running.is_empty(),
        "checked_at": newest.as_ref().map(|newest| newest.checked_at),
        "checked": found.map(|found| found.checked),
        "last_id": found.map(|found| found.last_id),
        "checkpoint_id": found.and_then(|found| found.checkpoint_id),
        "broken_id": broken.map(|broken| broken.id),
        "reason": broken.map(|broken| broken.reason),
    })))
}

/// Sent while it is read. The chain is of use as a whole alone: nobody gets it whose domains or scope leave some of it out.
async fn as_lines(
    State(state): State<ApiState>,
    operator: Operator,
    RawQuery(query): RawQuery,
) -> Result<Response, RestError> {
    operator.require(VIEW_RECORD)?;
    if operator.is_limited() {
        return Err(AuthError::Forbidden(VIEW_RECORD).into());
    }
    let after = match Params::from_query(&query.unwrap_or_default()).get("after") {
        None => 0,
        Some(text) => text
            .parse::<i64>()
            .map_err(|_| RestError::field("after", Refused::NotANumber.message()))?,
    };
    let body = stream::try_unfold(
        (state, after),
        |(state, after): (ApiState, i64)| async move {
            let part = lines(&state.db, after)
                .await
                .map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(part.map(|(text, last)| (Bytes::from(text), (state, last))))
        },
    );
    let kind = [(header::CONTENT_TYPE, LINES)];
    Ok((kind, Body::from_stream(body)).into_response())
}

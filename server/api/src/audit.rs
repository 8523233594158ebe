//! Whether the audit is whole.

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::Operator;
use migasfree_server_domain::audit::verifying::{self, VerifyAudit};
use migasfree_server_domain::core::permissions::{ADD_VERIFICATION, VIEW_VERIFICATION};
use migasfree_server_entity::{
    action::Verb,
    call::{Members, Served, call},
    entity::Like,
    error::RestError,
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

/// The calls.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
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

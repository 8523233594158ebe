//! How far a deployment has come.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use migasfree_server_domain::stats::deployments::Deployment;
use migasfree_server_entity::{error::RestError, id_list};
use serde_json::Value;

use crate::ApiState;
use crate::messages;

/// `GET deployments/<id>/computers/assigned/`
pub(super) async fn assigned(
    State(state): State<ApiState>,
    deployment: Deployment,
) -> Result<Response, RestError> {
    match deployment.assigned() {
        Some(list) => id_list::answer(&state.db, list).await,
        None => Err(RestError::NoRow("Deployment")),
    }
}

/// `GET deployments/<id>/computers/status/ok/`
pub(super) async fn content(
    State(state): State<ApiState>,
    deployment: Deployment,
) -> Result<Response, RestError> {
    id_list::answer(&state.db, deployment.results(true)).await
}

/// `GET deployments/<id>/computers/status/error/`
pub(super) async fn failed(
    State(state): State<ApiState>,
    deployment: Deployment,
) -> Result<Response, RestError> {
    id_list::answer(&state.db, deployment.results(false)).await
}

/// `GET deployments/<id>/timeline/`
pub(super) async fn timeline(
    State(state): State<ApiState>,
    deployment: Deployment,
) -> Result<Json<Value>, RestError> {
    deployment.timeline(&state.services).await.map(Json)
}

/// `GET deployments/<id>/computers/delay/`
pub(super) async fn delay(
    State(state): State<ApiState>,
    deployment: Deployment,
) -> Result<Json<Value>, RestError> {
    let reached = deployment.delay(&state.services).await?;
    reached
        .map(Json)
        .ok_or_else(|| RestError::Refused("no_schedule", messages::no_schedule()))
}

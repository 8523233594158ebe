//! One's own API keys.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use migasfree_server_auth::Operator;
use migasfree_server_domain::core::api_keys::{self, API_KEYS};
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Served, call},
    context::Context,
    entity::Like,
    error::RestError,
};
use serde_json::{Value, json};

use super::DETAIL;
use super::fields::Fields;
use crate::ApiState;

const KEYS: &str = "/api/v1/token/account/api-keys/";
const KEY: &str = "/api/v1/token/account/api-keys/{id}/";

pub(super) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(Verb::Get, KEYS, "One's own API keys")
            .gives(Gives::Like(Like::Objects))
            .answered(list),
        call(
            Verb::Post,
            KEYS,
            "Make an API key: `key` has it, this once. Permissions are names such as core.view_tag that the account \
             holds; networks are addresses and networks it may be used from; kind is user or service",
        )
        .taking(&[
            ("name", Like::Text),
            ("kind", Like::Text),
            ("permissions", Like::Texts),
            ("domain", Like::Key),
            ("networks", Like::Texts),
            ("expires_at", Like::Note),
        ])
        .gives(Gives::Named(API_KEYS.schema))
        .answered(make),
        call(Verb::Delete, KEY, "Revoke an API key of one's own")
            .giving(DETAIL)
            .answered(revoke),
    ]
}

async fn list(State(state): State<ApiState>, operator: Operator) -> Result<Json<Value>, RestError> {
    let context = Context::new(state.services.clone(), operator);
    api_keys::own(&context).await.map(Json)
}

async fn make(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let context = Context::new(state.services.clone(), operator);
    api_keys::make(&context, &fields.0).await.map(Json)
}

async fn revoke(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(API_KEYS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    api_keys::revoke(&context, id).await?;
    Ok(Json(json!({"detail": "The key does not work any more."})))
}

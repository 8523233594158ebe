//! Certificates of one's own.

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::{AuthError, Operator};
use migasfree_server_domain::certificates::{CertificateError, Wanted, issue_own};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::{context::Context, error::RestError, json};
use serde_json::Value;

use super::fields::Fields;
use crate::ApiState;

/// `GET /rest-auth/user/certificates/`
pub async fn offered(State(state): State<ApiState>) -> Result<Json<Value>, AuthError> {
    let authority = state.domain().certificates.authority().await;
    let offered = !matches!(authority, Err(CertificateError::NoAuthority));
    Ok(Json(serde_json::json!({"offered": offered})))
}

/// `POST /rest-auth/user/certificates/`: the answer has it this once.
pub async fn issue(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let wanted = Wanted::of(&fields.text("csr"), &fields.text("password"))?;
    let context = Context::new(state.services.clone(), operator);
    let given = issue_own(&context, wanted).await?;
    Ok(Json(json::Json::Object(given.members()).to_value()))
}

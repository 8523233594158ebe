//! One's own account.

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::Operator;
use migasfree_server_domain::core::{accounts, effective_access, own_account};
use migasfree_server_entity::{context::Context, error::RestError};
use serde_json::{Value, json};

use super::fields::Fields;
use crate::ApiState;

/// `GET /rest-auth/user/`
pub async fn show(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, RestError> {
    own_account::detail(&Context::new(state.services.clone(), operator))
        .await
        .map(Json)
}

/// `GET /rest-auth/user/effective-access/`
pub async fn access(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, RestError> {
    Ok(Json(effective_access::of(&state.db, operator.id).await?))
}

/// `PUT` and `PATCH /rest-auth/user/`
pub async fn update(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let context = Context::new(state.services.clone(), operator);
    own_account::change(&context, fields.0).await?;
    own_account::detail(&context).await.map(Json)
}

/// `POST /rest-auth/password/change/`: ends every other session and token of the account.
pub async fn change_password(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let old = fields.text("old_password");
    let verified = accounts::verify_own(&state.auth, &operator, &old).await?;
    let passwords = fields.required(["new_password1", "new_password2"])?;
    let context = Context::new(state.services.clone(), operator);
    own_account::change_password(&context, verified, passwords).await?;
    Ok(Json(json!({"detail": "The password has been changed."})))
}

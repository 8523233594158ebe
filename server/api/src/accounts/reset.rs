//! Another password for who has forgotten theirs.

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::{AuthError, Connection, reset};
use migasfree_server_domain::core::password_reset;
use migasfree_server_entity::{
    action::Verb,
    call::{Members, Served, call},
    entity::Like,
    error::RestError,
};
use serde_json::{Value, json};

use super::{fields::Fields, place::Origin};
use crate::ApiState;

const DETAIL: Members = &[("detail", Like::Text)];

/// The calls.
pub fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/rest-auth/password/reset/",
            "Whether passwords can be chosen anew by mail",
        )
        .giving(&[("offered", Like::Boolean)])
        .open()
        .answered(offered),
        call(
            Verb::Post,
            "/rest-auth/password/reset/",
            "A link by mail, for the account of a user name or an address",
        )
        .taking(&[("email", Like::Text)])
        .giving(DETAIL)
        .open()
        .answered(request),
        call(
            Verb::Post,
            "/rest-auth/password/reset/confirm/",
            "Choose another password with such a link",
        )
        .taking(&[
            ("token", Like::Text),
            ("new_password1", Like::Text),
            ("new_password2", Like::Text),
        ])
        .giving(DETAIL)
        .open()
        .answered(confirm),
    ]
}

async fn offered(State(state): State<ApiState>) -> Result<Json<Value>, AuthError> {
    Ok(Json(json!({"offered": reset::is_offered(&state.auth)})))
}

async fn request(
    State(state): State<ApiState>,
    connection: Connection,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [name] = fields.required(["email"])?;
    reset::request(&state.auth, connection, name)?;
    let detail = "If there is such an account and it has an address, a link is on its way.";
    Ok(Json(json!({"detail": detail})))
}

async fn confirm(
    State(state): State<ApiState>,
    connection: Connection,
    origin: Origin,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [secret, new, again] = fields.required(["token", "new_password1", "new_password2"])?;
    let place = origin.place();
    password_reset::finish(&state.services, connection, &place, &secret, [new, again]).await?;
    Ok(Json(json!({"detail": "The password has been changed."})))
}

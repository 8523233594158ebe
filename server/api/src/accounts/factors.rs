//! What somebody has besides a password, and showing it again.

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::{
    AuthError, Operator,
    factors::{self, Fresh, TOTP},
};
use migasfree_server_entity::{
    action::Verb,
    call::{Members, Served, call},
    entity::Like,
    error::RestError,
};
use serde_json::{Value, json};

use super::{fields::Fields, place::Origin};
use crate::ApiState;

const HELD: Members = &[
    ("totp", Like::Note),
    ("recovery_codes", Like::Integer),
    ("demanded", Like::Boolean),
];
const CODES: Members = &[("recovery_codes", Like::Texts)];
const DETAIL: Members = &[("detail", Like::Text)];

/// The calls.
pub fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/api/v1/token/account/factors/",
            "What one's own account has besides its password",
        )
        .giving(HELD)
        .answered(held),
        call(
            Verb::Post,
            "/api/v1/token/account/factors/totp/",
            "Begin with the codes of an app",
        )
        .giving(&[("secret", Like::Text), ("url", Like::Text)])
        .answered(begin_totp),
        call(
            Verb::Post,
            "/api/v1/token/account/factors/totp/confirm/",
            "Show the first code of an app; from then on they are asked for",
        )
        .taking(&[("code", Like::Text)])
        .giving(CODES)
        .answered(confirm_totp),
        call(
            Verb::Delete,
            "/api/v1/token/account/factors/totp/",
            "Be asked for the codes of an app no more",
        )
        .giving(DETAIL)
        .answered(remove_totp),
        call(
            Verb::Post,
            "/api/v1/token/account/recovery-codes/",
            "New recovery codes; the old ones are good no more",
        )
        .giving(CODES)
        .answered(new_recovery_codes),
        call(
            Verb::Get,
            "/api/v1/token/account/step-up/",
            "What one shows for what an open session is not enough for",
        )
        .giving(&[("factors", Like::Texts), ("fresh", Like::Boolean)])
        .answered(proofs),
        call(
            Verb::Post,
            "/api/v1/token/account/step-up/",
            "Show once more who one is; it counts for ten minutes",
        )
        .taking(&[("factor", Like::Text), ("answer", Like::Text)])
        .giving(&[("expires_in", Like::Integer)])
        .answered(step_up),
    ]
}

async fn held(State(state): State<ApiState>, operator: Operator) -> Result<Json<Value>, AuthError> {
    let held = factors::held(&state.auth, operator.id).await?;
    Ok(Json(json!({
        "totp": held.totp,
        "recovery_codes": held.recovery_codes,
        "demanded": held.demanded,
    })))
}

async fn begin_totp(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
) -> Result<Json<Value>, AuthError> {
    let begun = factors::begin_totp(&state.auth, &operator).await?;
    Ok(Json(json!({"secret": begun.secret, "url": begun.url})))
}

async fn confirm_totp(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    origin: Origin,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [code] = fields.required(["code"])?;
    let place = origin.place();
    let codes = factors::confirm_totp(&state.auth, &operator, &place, &code).await?;
    Ok(Json(json!({"recovery_codes": codes})))
}

async fn remove_totp(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    origin: Origin,
) -> Result<Json<Value>, RestError> {
    let removed = factors::remove_totp(&state.auth, &operator, &origin.place()).await?;
    match removed {
        true => Ok(Json(
            json!({"detail": format!("{TOTP} is asked for no more.")}),
        )),
        false => Err(RestError::NoRow("Factor")),
    }
}

async fn new_recovery_codes(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    origin: Origin,
) -> Result<Json<Value>, AuthError> {
    let codes = factors::new_recovery_codes(&state.auth, &operator, &origin.place()).await?;
    Ok(Json(json!({"recovery_codes": codes})))
}

async fn proofs(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    let factors = factors::proofs(&state.auth, &operator).await?;
    let fresh = factors::is_fresh(&state.auth, &operator).await?;
    Ok(Json(json!({"factors": factors, "fresh": fresh})))
}

async fn step_up(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [factor, answer] = fields.required(["factor", "answer"])?;
    factors::step_up(&state.auth, &operator, &factor, &answer).await?;
    Ok(Json(json!({"expires_in": factors::FRESH.as_secs()})))
}

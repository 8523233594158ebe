//! What somebody has besides a password, and showing it again.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use migasfree_server_auth::{
    AuthError, Operator,
    factors::{self, Challenge, Fresh, TOTP},
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
    ("passkeys", Like::Objects),
    ("passkeys_offered", Like::Boolean),
    ("recovery_codes", Like::Integer),
    ("demanded", Like::Boolean),
];
/// What a browser is asked with, and the secret that comes back with its answer.
pub const CHALLENGE: Members = &[("secret", Like::Text), ("options", Like::Object)];
const CODES: Members = &[("recovery_codes", Like::Texts)];
const DETAIL: Members = &[("detail", Like::Text)];

/// Characters of the name of a passkey.
const LONGEST_NAME: usize = 100;

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
            "/api/v1/token/account/factors/passkeys/",
            "What a browser is asked with to make a passkey",
        )
        .giving(CHALLENGE)
        .answered(begin_passkey),
        call(
            Verb::Post,
            "/api/v1/token/account/factors/passkeys/confirm/",
            "Take the passkey a browser made; from then on it is asked for",
        )
        .taking(&[
            ("secret", Like::Text),
            ("name", Like::Text),
            ("credential", Like::Object),
        ])
        .giving(CODES)
        .answered(confirm_passkey),
        call(
            Verb::Delete,
            "/api/v1/token/account/factors/passkeys/{id}/",
            "Forget one of one's own passkeys",
        )
        .giving(DETAIL)
        .answered(remove_passkey),
        call(
            Verb::Post,
            "/api/v1/token/account/step-up/passkey/",
            "What a browser is asked with to show a passkey again",
        )
        .giving(CHALLENGE)
        .answered(ask_passkey),
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
            "What one shows for what an open session is not enough for; `provider`: one signs in there once more",
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
        "passkeys": held.passkeys,
        "passkeys_offered": held.passkeys_offered,
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

/// As it is told.
pub fn told(challenge: &Challenge) -> Json<Value> {
    Json(json!({"secret": challenge.secret, "options": challenge.options}))
}

async fn begin_passkey(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
) -> Result<Json<Value>, AuthError> {
    let challenge = factors::begin_passkey(&state.auth, &operator).await?;
    Ok(told(&challenge))
}

async fn confirm_passkey(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    origin: Origin,
    mut fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [secret, name] = fields.required(["secret", "name"])?;
    let credential = fields.taken("credential");
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    let (place, named) = (origin.place(), (secret.as_str(), name.as_str()));
    let auth = &state.auth;
    let codes = factors::confirm_passkey(auth, &operator, &place, named, credential).await?;
    Ok(Json(json!({"recovery_codes": codes})))
}

async fn remove_passkey(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    id: Result<Path<i64>, PathRejection>,
    origin: Origin,
) -> Result<Json<Value>, RestError> {
    let unknown = || RestError::NoRow("Passkey");
    let Path(id) = id.map_err(|_| unknown())?;
    match factors::remove_passkey(&state.auth, &operator, &origin.place(), id).await? {
        true => Ok(Json(json!({"detail": "The passkey is forgotten."}))),
        false => Err(unknown()),
    }
}

async fn ask_passkey(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    let challenge = factors::ask_passkey(&state.auth, &operator).await?;
    Ok(told(&challenge))
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
    origin: Origin,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [factor, answer] = fields.required(["factor", "answer"])?;
    let place = origin.place();
    factors::step_up(&state.auth, &operator, &place, &factor, &answer).await?;
    Ok(Json(json!({"expires_in": factors::FRESH.as_secs()})))
}

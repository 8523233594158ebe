//! Programs without a browser that a person lets in: RFC 8628.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_auth::{
    AuthError, Connection, Operator,
    device_code::{self, Decision, LIFE, PAUSE_SECONDS, Program, Tokens, Told, Waiting},
    messages,
};
use migasfree_server_entity::{
    access,
    action::Verb,
    address,
    call::{Gives, Members, Served, call},
    entity::Like,
    error::RestError,
};
use migasfree_types::message::Message;
use serde::Deserialize;
use serde_json::{Value, json};

use super::DETAIL;
use super::fields::Fields;
use crate::ApiState;

/// Where the console asks for the code.
const PAGE: &str = "/device";

const OF_A_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const OF_A_REFRESH_TOKEN: &str = "refresh_token";

const WAITING: Members = &[
    ("program", Like::Text),
    ("address", Like::Text),
    ("created_at", Like::Text),
    ("expires_at", Like::Text),
];

pub(super) fn calls() -> Vec<Served<ApiState>> {
    let decide = |path: &str, summary| {
        let path = format!("/api/v1/token/device-code/{path}/");
        call(Verb::Post, path, summary)
            .taking(&[("user_code", Like::Text)])
            .giving(WAITING)
    };
    vec![
        call(
            Verb::Post,
            "/api/v1/token/device-code/",
            "Begin to wait for a person who lets a program in (RFC 8628, 3.1); client_id is what it calls itself",
        )
        .taking(&[("client_id", Like::Text)])
        .giving(&[
            ("device_code", Like::Text),
            ("user_code", Like::Text),
            ("verification_uri", Like::Uri),
            ("verification_uri_complete", Like::Uri),
            ("expires_in", Like::Integer),
            ("interval", Like::Integer),
        ])
        .open()
        .answered(begin),
        call(
            Verb::Post,
            "/api/v1/token/device-code/token/",
            "Ask whether somebody let a program in (RFC 8628, 3.4), or for more tokens (RFC 6749, 6)",
        )
        .taking(&[
            ("grant_type", Like::Text),
            ("device_code", Like::Text),
            ("refresh_token", Like::Text),
        ])
        .giving(&[
            ("access_token", Like::Text),
            ("token_type", Like::Text),
            ("expires_in", Like::Integer),
            ("refresh_token", Like::Text),
        ])
        .refusing(&["400"])
        .open()
        .answered(token),
        call(
            Verb::Get,
            "/api/v1/token/device-code/waiting/",
            "The program that waits for a code",
        )
        .asking(&[("user_code", Like::Text)])
        .giving(WAITING)
        .refusing(&["400"])
        .answered(waiting),
        decide("approve", "Let the program that waits for a code in")
            .refusing(&["400"])
            .answered(approve),
        decide("deny", "Refuse the program that waits for a code")
            .refusing(&["400"])
            .answered(deny),
        call(
            Verb::Get,
            "/api/v1/token/account/programs/",
            "The programs one let in",
        )
        .gives(Gives::Listed(&[
            ("id", Like::Integer),
            ("program", Like::Text),
            ("address", Like::Text),
            ("created_at", Like::Text),
            ("expires_at", Like::Text),
        ]))
        .answered(programs),
        call(
            Verb::Delete,
            "/api/v1/token/account/programs/{id}/",
            "Let a program out again",
        )
        .giving(DETAIL)
        .answered(end),
    ]
}

async fn begin(
    State(state): State<ApiState>,
    connection: Connection,
    fields: Fields,
) -> Result<Response, RestError> {
    let program = fields.text("client_id");
    if program.trim().is_empty() {
        return Ok(refused(
            "invalid_request",
            &messages::grant_incomplete("client_id"),
        ));
    }
    let codes = device_code::begin(&state.auth, connection, program.trim()).await?;
    let page = format!("{}{PAGE}", address::base(&state.services));
    let complete = format!("{page}?user_code={}", codes.user);
    Ok(unstored(Json(json!({
        "device_code": codes.device,
        "user_code": codes.user,
        "verification_uri": page,
        "verification_uri_complete": complete,
        "expires_in": LIFE.as_secs(),
        "interval": PAUSE_SECONDS,
    }))))
}

async fn token(
    State(state): State<ApiState>,
    connection: Connection,
    fields: Fields,
) -> Result<Response, RestError> {
    let shown = match fields.text("grant_type").as_str() {
        OF_A_CODE => "device_code",
        OF_A_REFRESH_TOKEN => "refresh_token",
        "" => {
            return Ok(refused(
                "invalid_request",
                &messages::grant_incomplete("grant_type"),
            ));
        }
        _ => {
            return Ok(refused(
                "unsupported_grant_type",
                &messages::grant_unknown(),
            ));
        }
    };
    let secret = fields.text(shown);
    if secret.is_empty() {
        return Ok(refused(
            "invalid_request",
            &messages::grant_incomplete(shown),
        ));
    }
    if shown == "refresh_token" {
        return match device_code::refresh(&state.auth, connection, &secret).await {
            Ok(tokens) => Ok(granted(&tokens)),
            Err(AuthError::Token) => Ok(refused("invalid_grant", &messages::grant_not_valid())),
            Err(other) => Err(other.into()),
        };
    }
    let told = device_code::poll(&state.auth, connection, &secret).await?;
    Ok(match told {
        Told::SignedIn(tokens) => granted(&tokens),
        Told::Pending => refused("authorization_pending", &messages::device_pending()),
        Told::SlowDown => refused("slow_down", &messages::device_slow_down()),
        Told::Denied => refused("access_denied", &messages::device_denied()),
        Told::Expired => refused("expired_token", &messages::device_expired()),
        Told::Unknown => refused("invalid_grant", &messages::grant_not_valid()),
    })
}

fn granted(tokens: &Tokens) -> Response {
    unstored(Json(json!({
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": Tokens::ACCESS_SECONDS,
        "refresh_token": tokens.refresh,
    })))
}

/// A refusal as RFC 6749 has it. Never told as a problem: programs look for `error`.
fn refused(error: &str, message: &Message) -> Response {
    let body = json!({
        "error": error,
        "error_description": message.text,
        "code": message.code,
    });
    unstored((StatusCode::BAD_REQUEST, Json(body)))
}

fn unstored(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    user_code: String,
}

async fn waiting(
    State(state): State<ApiState>,
    connection: Connection,
    operator: Operator,
    Query(asked): Query<Asked>,
) -> Result<Json<Waiting>, AuthError> {
    let code = &asked.user_code;
    device_code::waiting(&state.auth, &operator, connection, code)
        .await
        .map(Json)
}

async fn approve(
    State(state): State<ApiState>,
    connection: Connection,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Waiting>, RestError> {
    access::proved(&state.services, &operator).await?;
    decided(&state, connection, &operator, &fields, Decision::Approve).await
}

async fn deny(
    State(state): State<ApiState>,
    connection: Connection,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Waiting>, RestError> {
    decided(&state, connection, &operator, &fields, Decision::Deny).await
}

async fn decided(
    state: &ApiState,
    connection: Connection,
    operator: &Operator,
    fields: &Fields,
    decision: Decision,
) -> Result<Json<Waiting>, RestError> {
    let [code] = fields.required(["user_code"])?;
    let program = device_code::decide(&state.auth, operator, connection, &code, decision).await?;
    Ok(Json(program))
}

async fn programs(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Vec<Program>>, AuthError> {
    device_code::programs(&state.auth, &operator)
        .await
        .map(Json)
}

async fn end(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, RestError> {
    let unknown = || RestError::NoRow("Program");
    let Path(id) = id.map_err(|_| unknown())?;
    if device_code::end(&state.auth, &operator, id).await? {
        Ok(Json(json!({"detail": "The program is out."})))
    } else {
        Err(unknown())
    }
}

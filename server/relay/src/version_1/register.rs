//! `POST /manager/v1/private/tunnel/register`: where an agent goes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, identity};
use crate::state::Relay;

/// Bytes of a body.
pub(super) const LARGEST: usize = 16 * 1024;

/// What an agent says of itself. Its services count when it is connected.
#[derive(Debug, Deserialize)]
struct Registration {
    id: i64,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "services")]
    _services: Vec<String>,
    #[serde(default, rename = "mode")]
    _mode: Option<String>,
}

pub(super) async fn register(
    State(relay): State<Relay>,
    extensions: Extensions,
    body: Bytes,
) -> Response {
    match registered(&relay, &extensions, &body).await {
        Ok(told) => Json(told).into_response(),
        Err(response) => response,
    }
}

async fn registered(
    relay: &Relay,
    extensions: &Extensions,
    body: &[u8],
) -> Result<Value, Response> {
    let certified = identity::of(relay, extensions).await;
    let certified = certified.map_err(IntoResponse::into_response)?;
    let said: Registration = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    if said.id != certified.computer {
        relay.refused("version_1");
        let refusal = Refusal(StatusCode::FORBIDDEN, OTHER_ID);
        return Err(refusal.into_response());
    }
    let relay = relay.settings.origin.replacen("http", "ws", 1);
    Ok(json!({"relay": format!("{relay}/tunnel")}))
}

/// Somebody who says to be another computer.
pub(super) const OTHER_ID: &str = "The certificate is of another computer.";

/// As version 5 says it of a body that is not as it should be.
fn malformed(error: &serde_json::Error) -> Response {
    let detail = json!([{"loc": ["body"], "msg": error.to_string(), "type": "value_error"}]);
    let body = Json(json!({"detail": detail}));
    (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
}

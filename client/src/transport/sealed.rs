//! Calls whose content only computer and server can read.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ApiError, Body, Request, Response, Transport};
use crate::keys::KeyPair;

/// Seals `claims`, sends them, opens the answer.
pub(super) async fn call(
    transport: &dyn Transport,
    keys: &KeyPair,
    project: &str,
    path: &str,
    claims: Value,
) -> Result<Value, ApiError> {
    let message = seal(keys, claims).await;
    let body = Body::Json(json!({ "msg": message, "project": project }));
    let path = format!("/api/v1/safe/{path}");
    answer(
        transport.send(Request::post(&path, body)).await?,
        keys,
        &path,
    )
    .await
}

/// Sealing costs a private RSA operation, half a millisecond: kept off the runtime's threads.
pub(super) async fn seal(keys: &KeyPair, claims: Value) -> String {
    let keys = keys.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        migasfree_envelope::seal(&claims, &keys.own, &keys.server)
    });
    match sealed.await {
        Ok(message) => message,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// What an answer says: the claims of a success, [`ApiError::Status`] for everything else.
pub(super) async fn answer(
    response: Response,
    keys: &KeyPair,
    call: &str,
) -> Result<Value, ApiError> {
    let success = (200..300).contains(&response.status);
    let parsed: Option<Value> = serde_json::from_slice(&response.body).ok();
    let sealed = parsed
        .as_ref()
        .and_then(|body| body.get("msg")?.as_str().map(str::to_owned));
    let opened = match sealed {
        Some(message) => Some(open(keys, message).await),
        None => None,
    };
    match (success, opened) {
        (true, Some(opened)) => Ok(opened?),
        (true, None) => Err(ApiError::Malformed {
            call: call.to_owned(),
            reason: "the answer is not sealed".to_owned(),
        }),
        // An error may come sealed, plain, or sealed for keys that are no longer ours.
        (false, Some(Ok(detail))) => Err(status(&response, &detail)),
        (false, _) => Err(status(&response, &parsed.unwrap_or(Value::Null))),
    }
}

async fn open(keys: &KeyPair, message: String) -> Result<Value, migasfree_envelope::OpenError> {
    let (own, server) = (Arc::clone(&keys.own), Arc::clone(&keys.server));
    let opened =
        tokio::task::spawn_blocking(move || migasfree_envelope::open(&message, &own, &server));
    match opened.await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The error an answer stands for.
pub(super) fn status(response: &Response, body: &Value) -> ApiError {
    let member = |name: &str| body.get(name).map(text_of);
    let detail = match body {
        Value::Null => String::new(),
        Value::Object(_) => member("detail")
            .or_else(|| member("error"))
            .unwrap_or_else(|| body.to_string()),
        other => text_of(other),
    };
    let said = Some(detail).filter(|detail| !detail.trim().is_empty());
    ApiError::Status {
        status: response.status,
        detail: said.unwrap_or_else(|| reason(response.status)),
        retry_after: response.retry_after,
    }
}

/// What a status means, for want of words of the server.
fn reason(status: u16) -> String {
    let status = reqwest::StatusCode::from_u16(status).ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or("no reason was given")
        .to_owned()
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

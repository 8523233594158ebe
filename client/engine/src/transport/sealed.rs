//! Calls whose content only computer and server can read.

use std::sync::Arc;

use migasfree_types::message::Message;
use serde_json::{Value, json};

use super::carrier::{Body, Request, Response, Transport};
use super::error::{ApiError, TransportError, quoted};
use crate::keys::KeyPair;

/// Seals `claims`, sends them, opens the answer.
pub(super) async fn call(
    transport: &dyn Transport,
    keys: &KeyPair,
    project: &str,
    path: &str,
    claims: Value,
) -> Result<Value, ApiError> {
    let message = seal(keys, claims).await?;
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
pub(super) async fn seal(keys: &KeyPair, claims: Value) -> Result<String, TransportError> {
    let keys = keys.clone();
    off_the_runtime(move || migasfree_envelope::seal(&claims, &keys.own, &keys.server)).await
}

/// A runtime that shuts down cuts such work off: that is an end, and nothing to panic about.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TransportError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(TransportError::Stopping),
        },
    }
}

/// What an answer says: the claims of a success, [`ApiError::Status`] for an error the server sealed,
/// [`ApiError::Unsealed`] for one that anybody may have written.
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
        Some(message) => Some(open(keys, message).await?),
        None => None,
    };
    match (success, opened) {
        (true, Some(opened)) => Ok(opened?),
        (true, None) if response.is_page() => Err(ApiError::page()),
        (true, None) => Err(ApiError::Malformed {
            call: call.to_owned(),
            reason: "the answer is not sealed".to_owned(),
        }),
        (false, Some(Ok(detail))) if is_refusal(response.status, &detail) => {
            Err(status(&response, &detail))
        }
        // What is sealed is the answer of a success: somebody changed the status.
        (false, Some(Ok(_))) => Err(ApiError::Malformed {
            call: call.to_owned(),
            reason: format!("the status {} contradicts what is sealed", response.status),
        }),
        (false, Some(Err(error))) => Err(error.into()),
        (false, None) => Err(unsealed(&response, &parsed.unwrap_or(Value::Null), call)),
    }
}

/// Whether sealed content can be that of an error. The status itself is not sealed, and a 404 means "none" in some
/// calls, so that it has to say why.
fn is_refusal(status: u16, detail: &Value) -> bool {
    match detail {
        Value::String(_) => true,
        Value::Object(object) => {
            status != 404 || object.contains_key("detail") || object.contains_key("error")
        }
        _ => false,
    }
}

async fn open(
    keys: &KeyPair,
    message: String,
) -> Result<Result<Value, migasfree_envelope::OpenError>, TransportError> {
    let (own, server) = (Arc::clone(&keys.own), Arc::clone(&keys.server));
    off_the_runtime(move || migasfree_envelope::open(&message, &own, &server)).await
}

impl From<migasfree_envelope::OpenError> for ApiError {
    fn from(error: migasfree_envelope::OpenError) -> Self {
        Self::Untrusted(error.to_string())
    }
}

/// The error an answer stands for.
pub(super) fn status(response: &Response, body: &Value) -> ApiError {
    ApiError::Status {
        status: response.status,
        said: Box::new(said(detail_of(response.status, body), body)),
        retry_after: response.retry_after,
    }
}

/// The words of a refusal, with the code and the arguments by which they are said in the person's language.
fn said(text: String, body: &Value) -> Message {
    let Some(code) = body.get("code").and_then(Value::as_str) else {
        return Message::verbatim(text);
    };
    let args = body.get("args").cloned().map(serde_json::from_value);
    Message {
        code: code.to_owned().into(),
        args: args.and_then(Result::ok).unwrap_or_default(),
        text,
    }
}

/// The server's own words in the clear about a file it does not take: to be read by people, nothing follows from them.
pub(super) fn plain_refusal(response: &Response) -> Option<ApiError> {
    if !(400..500).contains(&response.status) {
        return None;
    }
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let says = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let own = body.get("msg").is_none() && (says("detail") || says("error"));
    own.then(|| status(response, &body))
}

/// An error that anybody may have written.
pub(super) fn unsealed(response: &Response, body: &Value, call: &str) -> ApiError {
    ApiError::Unsealed {
        call: call.to_owned(),
        status: response.status,
        detail: detail_of(response.status, body),
        retry_after: response.retry_after,
    }
}

fn detail_of(status: u16, body: &Value) -> String {
    let member = |name: &str| body.get(name).map(text_of);
    let detail = match body {
        Value::Null => String::new(),
        Value::Object(_) => member("detail")
            .or_else(|| member("error"))
            .unwrap_or_else(|| body.to_string()),
        other => text_of(other),
    };
    let said = Some(quoted(&detail)).filter(|detail| !detail.is_empty());
    said.unwrap_or_else(|| reason(status))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_that_is_cut_off_by_the_end_of_the_program_is_an_error_and_no_panic() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        runtime.shutdown_background();
        let cut_off = handle.block_on(off_the_runtime(|| 1));
        assert!(
            matches!(cut_off, Err(TransportError::Stopping)),
            "{cut_off:?}"
        );
    }

    #[test]
    fn the_content_of_a_success_is_no_refusal() {
        for (status, detail, refuses) in [
            (404, json!("Computer not found"), true),
            (404, json!({ "detail": "no" }), true),
            (400, json!({ "name": ["too long"] }), true),
            (404, json!({ "install": ["a"], "remove": [] }), false),
            (404, json!([]), false),
            (404, json!(7), false),
            (400, json!(7), false),
        ] {
            assert_eq!(is_refusal(status, &detail), refuses, "{status} {detail}");
        }
    }
}

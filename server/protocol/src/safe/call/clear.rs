//! Refusals in the clear: nobody is known whom they could be sealed for.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use crate::safe::answer::{Refusal, plain};
use crate::safe::refusals::Reason;

/// A refusal that is told in the clear.
pub(crate) fn unsealed(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Plain(StatusCode::SERVICE_UNAVAILABLE, detail) => {
            plain(StatusCode::SERVICE_UNAVAILABLE, &detail)
        }
        Refusal::Plain(status, detail) => {
            let reason = Reason::of(&Value::from(detail.as_str()));
            refused(plain(status, &detail), Some(reason))
        }
        Refusal::Sealed(status, data) => {
            let answer = plain(status, data.as_str().unwrap_or_default());
            refused(answer, Some(Reason::of(&data)))
        }
        Refusal::Said(status, message) => {
            refused(plain(status, &message.text), Some(Reason::said(message)))
        }
        Refusal::TooMany(what, seconds) => {
            let reason = Reason::too_many(what);
            let answer = plain(StatusCode::TOO_MANY_REQUESTS, reason.text());
            refused(to_be_retried(answer, Some(seconds)), Some(reason))
        }
        Refusal::Internal(cause) => {
            tracing::error!(cause, "a call failed");
            let detail = "The server failed; its log says why.";
            plain(StatusCode::INTERNAL_SERVER_ERROR, detail)
        }
    }
}

pub(super) fn to_be_retried(mut answer: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        let headers = answer.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Marks an answer that refuses.
pub(super) fn refused(mut answer: Response, reason: Option<Reason>) -> Response {
    if let Some(reason) = reason {
        answer.extensions_mut().insert(reason);
    }
    answer
}

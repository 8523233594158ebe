//! Answers: compressed, and then signed.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use migasfree_native::signature::{Signature, answer};
use serde::Serialize;

use super::denial::Denial;
use crate::{Incompressible, ProtocolState};

pub(super) const JSON: &str = "application/json";
/// Bytes of an answer that is not worth compressing: it fits one packet.
const SMALL: usize = 1024;

/// An answer before it is signed.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// Seconds after which to ask again.
    pub(super) after: Option<u64>,
}

/// What a call ends with.
pub(super) type Outcome = Result<Written, Denial>;

/// 200 with `data`.
pub(super) fn ok(data: &impl Serialize) -> Outcome {
    with(StatusCode::OK, data)
}

/// `data` with another status.
pub(super) fn with(status: StatusCode, data: &impl Serialize) -> Outcome {
    Ok(Written {
        status,
        content_type: JSON,
        body: serde_json::to_vec(data).map_err(Denial::internal)?,
        after: None,
    })
}

/// Whether who asks reads gzip.
pub(super) fn reads_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut named = accepted.filter_map(|line| line.to_str().ok());
    named.any(|line| {
        let mut codings = line.split(',').map(str::trim);
        codings.any(|coding| coding.eq_ignore_ascii_case("gzip"))
    })
}

/// The answer to the request with this signature; unsigned where there is none, as nobody could tell what it answers.
pub(super) fn respond(
    state: &ProtocolState,
    request: Option<&Signature>,
    gzip: bool,
    written: Written,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(written.content_type),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(seconds) = written.after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let mut body = written.body;
    if gzip
        && body.len() > SMALL
        && let Ok(smaller) = compressed(&body)
    {
        body = smaller;
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(request) = request {
        let (status, now) = (written.status.as_u16(), state.clock.now().seconds());
        let signed = answer::sign(status, &mut headers, &body, &state.native, now, request);
        if let Err(error) = signed {
            tracing::error!(%error, "an answer could not be signed");
        }
    }
    let mut response = (written.status, headers, Body::from(body)).into_response();
    // What is signed stays as it is.
    response.extensions_mut().insert(Incompressible);
    response
}

fn compressed(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

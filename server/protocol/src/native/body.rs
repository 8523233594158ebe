//! Bodies of requests: read to the limit, and taken apart once it is known whose they are.

use std::borrow::Cow;
use std::io::Read as _;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::GzDecoder;
use migasfree_server_body::{Caps, Exceeded, guard};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::denial::Denial;
use crate::messages;
use crate::safe::remove_nul;

/// How a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
}

impl Coding {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Denial> {
        let named = headers.get(header::CONTENT_ENCODING);
        let named = named.map(|value| value.to_str().unwrap_or("?"));
        match named {
            None => Ok(Self::Plain),
            Some(name) if name.eq_ignore_ascii_case("gzip") => Ok(Self::Gzip),
            Some(name) => Err(Denial::said(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                messages::request_coding_unknown(name),
            )),
        }
    }
}

/// All of a body, as it travelled.
pub(super) async fn read(request: Request, caps: Caps) -> Result<Bytes, Denial> {
    let (request, verdict) = guard(request, caps);
    let read = to_bytes(request.into_body(), usize::MAX).await;
    read.map_err(|_| match verdict.exceeded() {
        Some(exceeded) => too_large(exceeded),
        None => Denial::said(StatusCode::BAD_REQUEST, messages::request_broke_off()),
    })
}

fn too_large(exceeded: Exceeded) -> Denial {
    Denial::said(StatusCode::PAYLOAD_TOO_LARGE, exceeded.message())
}

/// What a body says, of at most `caps` also when it is unpacked.
pub(super) fn parse<T: DeserializeOwned>(
    body: &[u8],
    coding: Coding,
    caps: Caps,
) -> Result<T, Denial> {
    let body = match coding {
        Coding::Plain => Cow::Borrowed(body),
        Coding::Gzip => Cow::Owned(unpacked(body, caps)?),
    };
    let mut said: Value = if body.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(&body).map_err(malformed)?
    };
    remove_nul(&mut said);
    serde_json::from_value(said).map_err(malformed)
}

fn unpacked(body: &[u8], caps: Caps) -> Result<Vec<u8>, Denial> {
    let mut unpacked = Vec::new();
    let mut some = GzDecoder::new(body).take(caps.whole.saturating_add(1));
    some.read_to_end(&mut unpacked).map_err(malformed)?;
    if unpacked.len() as u64 > caps.whole {
        return Err(too_large(Exceeded::Whole(caps.whole)));
    }
    Ok(unpacked)
}

fn malformed(error: impl std::fmt::Display) -> Denial {
    let message = messages::request_malformed(error.to_string());
    Denial::said(StatusCode::BAD_REQUEST, message)
}

//! The body of a sealed call: JSON, form or multipart with `msg`, `project` and maybe `file`.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use migasfree_envelope::MAX_MESSAGE_LEN;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::Refusal;

/// Bytes of a body without a file: a message whose quotes are escaped, and the project.
pub(crate) const MAX_BODY: usize = MAX_MESSAGE_LEN + 64 * 1024;

/// The two texts every call has.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Texts {
    /// The sealed message; empty when it is missing, which is then as undecipherable as garbage.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub(super) msg: String,
    /// The name of the sender's project.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub(super) project: String,
}

fn text_or_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

/// The texts of a call that takes no file.
pub(super) async fn read_texts(request: Request) -> Result<Texts, Refusal> {
    if !is_multipart(&request) {
        return read(request).await;
    }
    let mut parts = parts(request).await?;
    let mut texts = Texts::default();
    while let Some(field) = parts.next_field().await.map_err(broken_part)? {
        texts.take(field).await?;
    }
    Ok(texts)
}

/// A JSON or form body as `T`; an empty body is an empty object.
pub(crate) async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let form = content_type(&request) == "application/x-www-form-urlencoded";
    let bytes = whole(request).await?;
    if form {
        return serde_urlencoded::from_bytes(&bytes).map_err(not_readable);
    }
    let bytes = if bytes.is_empty() {
        b"{}"
    } else {
        bytes.as_slice()
    };
    serde_json::from_slice(bytes).map_err(not_readable)
}

/// Whether the body has parts.
pub(super) fn is_multipart(request: &Request) -> bool {
    content_type(request) == "multipart/form-data"
}

/// The parts of a body.
pub(super) async fn parts(request: Request) -> Result<Multipart, Refusal> {
    Multipart::from_request(request, &())
        .await
        .map_err(|error| Refusal::bad_request(error.to_string()))
}

impl Texts {
    /// Reads a part that is one of the texts; skips others.
    pub(super) async fn take(&mut self, mut field: Field<'_>) -> Result<(), Refusal> {
        let text = match field.name() {
            Some("msg") => &mut self.msg,
            Some("project") => &mut self.project,
            _ => return Ok(()),
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken_part)? {
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        *text = String::from_utf8(bytes).unwrap_or_default();
        Ok(())
    }
}

fn content_type(request: &Request) -> String {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

async fn whole(request: Request) -> Result<Vec<u8>, Refusal> {
    let mut chunks = request.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| Refusal::bad_request("The request broke off before its end."))?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A part that cannot be read.
pub(super) fn broken_part(error: MultipartError) -> Refusal {
    Refusal::Plain(error.status(), error.body_text())
}

fn too_large() -> Refusal {
    let detail = format!("The request is larger than the {MAX_BODY} bytes allowed.");
    Refusal::Plain(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

fn not_readable(error: impl std::fmt::Display) -> Refusal {
    Refusal::bad_request(format!("The body cannot be read: {error}"))
}

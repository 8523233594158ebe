//! The body of a call: JSON, form or multipart with `msg`, `project` and maybe `file`.

use std::ops::BitOr as _;

use axum::body::HttpBody as _;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use migasfree_envelope::MAX_MESSAGE_LEN;
use migasfree_server_body::{Caps, Verdict, guard};
use migasfree_server_entity::{messages::null_character, value::has_nul};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::Refusal;

/// Bytes of one text of a body: a message whose quotes are escaped.
const MAX_TEXT: usize = MAX_MESSAGE_LEN + 64 * 1024;
/// Bytes of a body that are made room for before they come.
const BELIEVED: usize = 128 * 1024;

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

/// A text; whatever else is there counts as none.
pub(crate) fn text_or_empty<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

/// The fields of a body as `T`; an empty body has none.
pub(super) async fn read<T: DeserializeOwned>(request: Request, caps: Caps) -> Result<T, Refusal> {
    let mut fields = read_guarded(request, caps).await?;
    remove_nul(&mut fields);
    serde_json::from_value(fields).map_err(not_readable)
}

/// The same of a body that has names in it which something is called by from then on: none is made another one.
pub(crate) async fn read_exactly<T: DeserializeOwned>(
    request: Request,
    caps: Caps,
) -> Result<T, Refusal> {
    let fields = read_guarded(request, caps).await?;
    if has_nul(&fields) {
        return Err(Refusal::bad_request(null_character().text));
    }
    serde_json::from_value(fields).map_err(not_readable)
}

async fn read_guarded(request: Request, caps: Caps) -> Result<Value, Refusal> {
    let (request, verdict) = guard(request, caps);
    let fields = read_any(request).await;
    match verdict.exceeded() {
        Some(exceeded) => Err(exceeded.into()),
        None => fields,
    }
}

async fn read_any(request: Request) -> Result<Value, Refusal> {
    let fields = match content_type(&request).as_str() {
        "multipart/form-data" => Value::Object(part_fields(request).await?),
        "application/x-www-form-urlencoded" => {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_bytes(&whole(request).await?).map_err(not_readable)?;
            pairs.into_iter().collect()
        }
        _ => match whole(request).await? {
            bytes if bytes.is_empty() => Value::Object(Map::new()),
            bytes => serde_json::from_slice(&bytes).map_err(not_readable)?,
        },
    };
    if !fields.is_object() {
        return Err(not_readable("it is no object"));
    }
    Ok(fields)
}

/// Whether the body has parts.
pub(super) fn is_multipart(request: &Request) -> bool {
    content_type(request) == "multipart/form-data"
}

/// The parts of a body of at most so much, and what tells afterwards whether it was too much.
pub(super) async fn guarded_parts(
    request: Request,
    caps: Caps,
) -> Result<(Multipart, Verdict), Refusal> {
    let (request, verdict) = guard(request, caps);
    Ok((parts(request).await?, verdict))
}

/// The parts of a body.
async fn parts(request: Request) -> Result<Multipart, Refusal> {
    Multipart::from_request(request, &())
        .await
        .map_err(|error| Refusal::bad_request(error.to_string()))
}

/// The parts that are no files.
async fn part_fields(request: Request) -> Result<Map<String, Value>, Refusal> {
    let mut parts = parts(request).await?;
    let mut fields = Map::new();
    let mut left = MAX_TEXT;
    while let Some(mut field) = parts.next_field().await.map_err(broken_part)? {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        if field.file_name().is_none() {
            fields.insert(name, Value::from(text(&mut field, &mut left).await?));
        }
    }
    Ok(fields)
}

/// A part as text, of at most `left` bytes, which become fewer by it.
async fn text(field: &mut Field<'_>, left: &mut usize) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken_part)? {
        *left = left.checked_sub(chunk.len()).ok_or_else(too_large)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

impl Texts {
    /// Reads a part that is one of the texts; skips others.
    pub(super) async fn take(&mut self, mut field: Field<'_>) -> Result<(), Refusal> {
        let into = match field.name() {
            Some("msg") => &mut self.msg,
            Some("project") => &mut self.project,
            _ => return Ok(()),
        };
        let mut left = MAX_TEXT;
        *into = text(&mut field, &mut left).await?;
        Ok(())
    }
}

/// Takes out what PostgreSQL cannot hold. Answers whether there was any.
pub(crate) fn remove_nul(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let has_any = text.contains('\0');
            if has_any {
                text.retain(|c| c != '\0');
            }
            has_any
        }
        Value::Array(items) => items.iter_mut().map(remove_nul).fold(false, bool::bitor),
        Value::Object(members) => {
            let in_names = members.keys().any(|name| name.contains('\0'));
            if in_names {
                let named = std::mem::take(members).into_iter();
                *members = named
                    .map(|(name, member)| (name.replace('\0', ""), member))
                    .collect();
            }
            members
                .values_mut()
                .map(remove_nul)
                .fold(in_names, bool::bitor)
        }
        _ => false,
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
    let body = request.into_body();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::with_capacity(announced.min(BELIEVED));
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| broken_off())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A part that cannot be read.
pub(super) fn broken_part(error: MultipartError) -> Refusal {
    let status = error.status();
    if status.is_server_error() {
        // The library tells nothing of a stream that ended early but that it failed to read it.
        return broken_off();
    }
    Refusal::Plain(status, error.body_text())
}

fn broken_off() -> Refusal {
    Refusal::bad_request("The request broke off before its end.")
}

fn too_large() -> Refusal {
    let detail = format!("The message is larger than the {MAX_TEXT} bytes allowed.");
    Refusal::Plain(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

fn not_readable(error: impl std::fmt::Display) -> Refusal {
    Refusal::bad_request(format!("The body cannot be read: {error}"))
}

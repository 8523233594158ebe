//! Bodies: JSON, forms and multipart forms, all read into the same members.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use http_body_util::LengthLimitError;
use migasfree_server_body::{Caps, guard};
use migasfree_server_files::{SpoolError, Spooled, Store};
use serde_json::{Map, Value};

use super::{
    error::RestError,
    messages,
    value::{Refused, has_nul, id_list},
};

/// How large a body may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// All that is kept in memory, together.
    pub memory: usize,
    /// Each file.
    pub file: u64,
    /// The whole body.
    pub caps: Caps,
}

/// An uploaded file, already on disk.
#[derive(Debug)]
pub struct File {
    /// Name of its field.
    pub field: String,
    /// Name it had where it came from, without folders.
    pub name: String,
    pub content: Spooled,
}

/// A body that was read.
#[derive(Debug, Default)]
pub struct Body {
    pub members: Map<String, Value>,
    /// A body that is no object.
    pub whole: Option<Value>,
    pub files: Vec<File>,
    /// What the preparation of a write hands on to its end.
    pub carried: Option<Carried>,
}

/// Something only the hooks of one entity know.
pub type Carried = Box<dyn std::any::Any + Send + Sync>;

impl Body {
    /// A member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A member that must be an id.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn id(&self, name: &str) -> Result<i64, RestError> {
        let value = self.get(name).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| RestError::refused(name, &Refused::Missing))?;
        // A list of one is no id, though it reads as a list of ids.
        match id_list(value).as_deref() {
            Ok([id]) if !value.is_array() => Ok(*id),
            _ => Err(RestError::refused(name, &Refused::NotANumber)),
        }
    }

    /// The body, when it is an object.
    ///
    /// # Errors
    /// For a list or a bare value.
    pub fn object(self) -> Result<Self, RestError> {
        match self.whole {
            None => Ok(self),
            Some(_) => Err(RestError::whole(messages::no_fields())),
        }
    }

    /// A member that is a text; empty when it is missing.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Reads a body.
///
/// # Errors
/// For other media types, malformed bodies and bodies that are too large.
pub async fn read(request: Request, files: &Store, limits: Limits) -> Result<Body, RestError> {
    let (request, verdict) = guard(request, limits.caps);
    let body = read_any(request, files, limits).await;
    match verdict.exceeded() {
        Some(exceeded) => Err(exceeded.into()),
        None => storable(body?),
    }
}

/// Refuses what no text of the database can hold, instead of keeping less than was sent.
fn storable(body: Body) -> Result<Body, RestError> {
    if body.whole.as_ref().is_some_and(has_nul) {
        return Err(RestError::whole(Refused::Nul.message()));
    }
    let mut refused = Vec::new();
    for (name, value) in &body.members {
        if has_nul(value) {
            let name = name.replace('\0', "");
            refused.push((name, Refused::Nul.message()));
        }
    }
    if refused.is_empty() {
        Ok(body)
    } else {
        Err(RestError::fields(refused))
    }
}

async fn read_any(request: Request, files: &Store, limits: Limits) -> Result<Body, RestError> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match media_type.as_str() {
        "multipart/form-data" => multipart(request, files, limits).await,
        "application/x-www-form-urlencoded" => Ok(form(&bytes(request, limits).await?)),
        "" | "application/json" => json(&bytes(request, limits).await?),
        other => {
            // Without a body its type says nothing.
            if bytes(request, limits).await?.is_empty() {
                Ok(Body::default())
            } else {
                Err(RestError::MediaType(other.to_owned()))
            }
        }
    }
}

async fn bytes(request: Request, limits: Limits) -> Result<Bytes, RestError> {
    axum::body::to_bytes(request.into_body(), limits.memory)
        .await
        .map_err(|error| {
            let cut = std::error::Error::source(&error)
                .is_some_and(|source| source.is::<LengthLimitError>());
            if cut {
                RestError::TooLarge(limits.memory as u64)
            } else {
                broken(&error)
            }
        })
}

fn broken(error: &dyn std::fmt::Display) -> RestError {
    RestError::Refused("broken_body", messages::broken_body(error.to_string()))
}

fn json(bytes: &[u8]) -> Result<Body, RestError> {
    if bytes.is_empty() {
        return Ok(Body::default());
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        RestError::Refused("parse_error", messages::parse_error(error.to_string()))
    })?;
    Ok(match value {
        Value::Object(members) => Body {
            members,
            ..Body::default()
        },
        other => Body {
            whole: Some(other),
            ..Body::default()
        },
    })
}

fn form(bytes: &[u8]) -> Body {
    let mut body = Body::default();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        add(&mut body.members, &name, value.into_owned());
    }
    body
}

/// A repeated key becomes a list.
fn add(members: &mut Map<String, Value>, name: &str, value: String) {
    let value = Value::String(value);
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

async fn multipart(request: Request, files: &Store, limits: Limits) -> Result<Body, RestError> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| {
            RestError::Refused("parse_error", messages::broken_form(error.body_text()))
        })?;
    let mut body = Body::default();
    let mut left = limits.memory;
    while let Some(mut field) = form
        .next_field()
        .await
        .map_err(|error| broken(&error.body_text()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let mut spool = files.spool(limits.file).map_err(spooling)?;
            spool.write_all(field).await.map_err(spooling)?;
            body.files.push(File {
                field: name,
                name: base_name(&file_name),
                content: spool.finish().await.map_err(spooling)?,
            });
            continue;
        }
        let mut text = Vec::new();
        while let Some(chunk) = field
            .chunk()
            .await
            .map_err(|error| broken(&error.body_text()))?
        {
            left = left
                .checked_sub(chunk.len())
                .ok_or(RestError::TooLarge(limits.memory as u64))?;
            text.extend_from_slice(&chunk);
        }
        add(
            &mut body.members,
            &name,
            String::from_utf8_lossy(&text).into_owned(),
        );
    }
    Ok(body)
}

fn spooling(error: SpoolError) -> RestError {
    match error {
        SpoolError::TooLarge(limit) => RestError::TooLarge(limit),
        SpoolError::BrokeOff(reason) => broken(&reason),
        SpoolError::NoSpace => RestError::NoSpace,
        SpoolError::Io(error) => RestError::Internal(format!("cannot keep the upload: {error}")),
    }
}

/// The last part of a name, whatever separates the parts where it came from.
fn base_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{base_name, form, json as parse};

    #[test]
    fn repeated_keys_of_a_form_become_a_list() {
        let body = form(b"name=a+b&tags=1&tags=2&tags=3");
        assert_eq!(body.get("name"), Some(&json!("a b")));
        assert_eq!(body.get("tags"), Some(&json!(["1", "2", "3"])));
    }

    #[test]
    fn a_bare_list_is_kept_whole() {
        let body = parse(b"[1, 2]").expect("a body");
        assert_eq!(body.whole, Some(json!([1, 2])));
        assert!(parse(b"{\"a\": ").is_err());
    }

    #[test]
    fn folders_are_cut_off_file_names() {
        for name in ["a.deb", "../../a.deb", "C:\\temp\\a.deb", "/etc/a.deb"] {
            assert_eq!(base_name(name), "a.deb");
        }
    }
}

//! Bodies: JSON, forms and multipart forms, all read into the same members.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde_json::{Map, Value};

use super::{
    error::RestError,
    value::{Refused, id_list},
};
use crate::files::{SpoolError, Spooled, Store};

/// Largest body that is kept in memory.
pub const IN_MEMORY: u64 = 16 * 1024 * 1024;

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
    /// A body that is no object: some actions take a bare list.
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
        match id_list(value).as_deref() {
            Ok([id]) => Ok(*id),
            _ => Err(RestError::refused(name, &Refused::NotANumber)),
        }
    }

    /// A member that is a text; empty when it is missing.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Reads a body. `limit` is for files; everything else has a limit of its own.
///
/// # Errors
/// For other media types, malformed bodies and bodies that are too large.
pub async fn read(request: Request, files: &Store, limit: u64) -> Result<Body, RestError> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    match media_type.split(';').next().unwrap_or_default().trim() {
        "multipart/form-data" => multipart(request, files, limit).await,
        "application/x-www-form-urlencoded" => Ok(form(&bytes(request).await?)),
        "application/json" => json(&bytes(request).await?),
        "" => {
            let bytes = bytes(request).await?;
            if bytes.is_empty() {
                Ok(Body::default())
            } else {
                json(&bytes)
            }
        }
        other => Err(RestError::MediaType(other.to_owned())),
    }
}

async fn bytes(request: Request) -> Result<Bytes, RestError> {
    axum::body::to_bytes(request.into_body(), IN_MEMORY as usize)
        .await
        .map_err(|error| {
            let cut = std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().contains("length limit"));
            if cut {
                RestError::TooLarge(IN_MEMORY)
            } else {
                broken(&error)
            }
        })
}

fn broken(error: &dyn std::fmt::Display) -> RestError {
    RestError::Refused(
        "broken_body",
        format!("The body did not arrive whole: {error}"),
    )
}

fn json(bytes: &[u8]) -> Result<Body, RestError> {
    if bytes.is_empty() {
        return Ok(Body::default());
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        RestError::Refused("parse_error", format!("JSON parse error - {error}"))
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

async fn multipart(request: Request, files: &Store, limit: u64) -> Result<Body, RestError> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| RestError::Refused("parse_error", error.body_text()))?;
    let mut body = Body::default();
    while let Some(mut field) = form
        .next_field()
        .await
        .map_err(|error| broken(&error.body_text()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let mut spool = files.spool(limit).map_err(spooling)?;
            spool.write_all(field).await.map_err(spooling)?;
            body.files.push(File {
                field: name,
                name: base_name(&file_name).to_owned(),
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
            text.extend_from_slice(&chunk);
            if text.len() as u64 > IN_MEMORY {
                return Err(RestError::TooLarge(IN_MEMORY));
            }
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
        SpoolError::Io(error) => RestError::Internal(format!("cannot keep the upload: {error}")),
    }
}

/// The last part of a name, whatever separates the parts where it came from.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
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

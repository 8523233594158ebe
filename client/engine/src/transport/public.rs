//! Calls that need no keys: who the server is, and getting keys.

use serde::Deserialize;
use serde_json::Value;

use super::carrier::{Body, Method, Request, Response, Transport};
use super::error::{ApiError, quoted};
use super::messages::ServerInfo;
use super::sealed::{status, unsealed};

/// What the server is told when keys are asked for.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    pub username: String,
    pub password: String,
    pub project: String,
    pub pms: String,
    pub architecture: String,
}

impl KeyRequest {
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut architecture = self.architecture.clone();
        // Servers keep no more than twenty characters and fail on longer texts.
        architecture.truncate(architecture.floor_char_boundary(20));
        vec![
            ("username", self.username.clone()),
            ("password", self.password.clone()),
            ("project", self.project.clone()),
            ("platform", "Linux".to_owned()),
            ("pms", self.pms.clone()),
            ("architecture", architecture),
        ]
    }
}

/// Keys of a project as the server hands them out, in PEM.
#[derive(Deserialize)]
pub struct Keys {
    #[serde(rename = "migasfree-server.pub")]
    pub server: String,
    #[serde(rename = "migasfree-client.pri")]
    pub own: String,
}

/// Keys to upload packages with, in PEM.
#[derive(Deserialize)]
pub struct PackagerKeys {
    #[serde(rename = "migasfree-server.pub")]
    pub server: String,
    #[serde(rename = "migasfree-packager.pri")]
    pub own: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys")
    }
}

impl std::fmt::Debug for PackagerKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PackagerKeys")
    }
}

pub(super) async fn server_info(transport: &dyn Transport) -> Result<ServerInfo, ApiError> {
    let path = "/api/v1/public/server/info/";
    let value = json(
        transport.send(Request::post(path, Body::Empty)).await?,
        path,
    )?;
    shape(value, path)
}

pub(super) async fn keys<T: for<'de> Deserialize<'de>>(
    transport: &dyn Transport,
    kind: &str,
    fields: Vec<(&'static str, String)>,
) -> Result<T, ApiError> {
    let path = format!("/api/v1/public/keys/{kind}/");
    let is_secret = fields
        .iter()
        .any(|(name, value)| *name == "password" && !value.is_empty());
    let mut request = Request::post(&path, Body::Form(fields));
    request.carries_credentials = is_secret;
    let value = json(transport.send(request).await?, &path)?;
    shape(value, &path)
}

/// The armored key the repositories are signed with. Newer servers answer GET with an object, older ones POST with
/// a JSON text, some with the bare key.
pub(super) async fn repository_key(transport: &dyn Transport) -> Result<String, ApiError> {
    let path = "/api/v1/public/keys/repositories/";
    let mut request = Request::get(path);
    let mut response = transport.send(request.clone()).await?;
    if matches!(response.status, 404 | 405) {
        request.method = Method::Post;
        response = transport.send(request).await?;
    }
    let text = match json(response.clone(), path) {
        Ok(Value::String(key)) => key,
        Ok(value) => value
            .get("public_key")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        Err(error) if error.status().is_some() => return Err(error),
        // The bare key, which older servers call a page.
        Err(_) => String::from_utf8_lossy(&response.body).into_owned(),
    };
    if text.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
        Ok(text)
    } else if response.is_page() {
        Err(ApiError::page())
    } else {
        Err(malformed(path, "there is no OpenPGP key in it"))
    }
}

/// The JSON of a success; a `detail` member is taken out of its wrapping.
fn json(response: Response, call: &str) -> Result<Value, ApiError> {
    let parsed: Option<Value> = serde_json::from_slice(&response.body).ok();
    if !(200..300).contains(&response.status) {
        let body = parsed.unwrap_or(Value::Null);
        return Err(if response.is_page() {
            unsealed(&response, &body, call)
        } else {
            status(&response, &body)
        });
    }
    match parsed {
        Some(Value::Object(mut object)) => {
            Ok(object.remove("detail").unwrap_or(Value::Object(object)))
        }
        Some(value) => Ok(value),
        None if response.is_page() => Err(ApiError::page()),
        None => Err(malformed(call, "it is not JSON")),
    }
}

pub(super) fn shape<T: for<'de> Deserialize<'de>>(value: Value, call: &str) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(|error| malformed(call, &error.to_string()))
}

fn malformed(call: &str, reason: &str) -> ApiError {
    ApiError::Malformed {
        call: call.to_owned(),
        reason: quoted(reason),
    }
}

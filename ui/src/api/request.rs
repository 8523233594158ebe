//! Requests: cookie session, `X-CSRF` on what changes something, errors as [`ApiError`].
use super::{error::ApiError, session, step_up};
use crate::text;
use gloo_net::http::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where the resources live.
pub const ROOT: &str = "/api/v1/token/";

/// Answers as JSON, and refusals with codes that are said in the reader's language.
pub const ACCEPTED: &str = "application/json, application/problem+json";

/// The member under which an object carries the version that the server gave it.
const VERSION: &str = "@version";

/// The version of an object that was read, for [`patch_version`].
pub fn version(object: &Value) -> Option<String> {
    object.get(VERSION)?.as_str().map(str::to_owned)
}

/// The address of a resource below [`ROOT`]; absolute paths stay.
pub fn url(path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{ROOT}{path}")
    }
}

/// Reads a resource.
pub async fn get(path: &str) -> Result<Value, ApiError> {
    send(Method::GET, path, None, None).await
}

/// Reads a resource as a type.
pub async fn get_as<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    typed(path, get(path).await?)
}

/// Reads a resource that is a text.
pub async fn text(path: &str) -> Result<String, ApiError> {
    let answered = exchange(&Method::GET, path, None, None).await?;
    if (200..300).contains(&answered.status) {
        return Ok(answered.body);
    }
    let refused = answer(answered.status, format!("GET {path}"), &answered.body);
    refused.and(Err(ApiError::Unreachable))
}

/// Creates, or acts.
pub async fn post(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::POST, path, Some(body), None).await
}

/// Changes some members.
pub async fn patch(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::PATCH, path, Some(body), None).await
}

/// The same, unless the object is another version by now: then [`ApiError::Stale`].
pub async fn patch_version(
    path: &str,
    body: &Value,
    version: Option<&str>,
) -> Result<Value, ApiError> {
    send(Method::PATCH, path, Some(body), version).await
}

/// Replaces.
pub async fn put(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::PUT, path, Some(body), None).await
}

/// Deletes, unless a version is named and the object is another one by now: then [`ApiError::Stale`].
pub async fn delete(path: &str, version: Option<&str>) -> Result<Value, ApiError> {
    send(Method::DELETE, path, None, version).await
}

/// Turns an answer into its type.
pub fn typed<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(|error| ApiError::Broken {
        status: 200,
        request: path.to_owned(),
        detail: error.to_string(),
    })
}

/// What the server answers to who signs in, good or not: the status and the text.
pub async fn ask(path: &str, body: &Value) -> Result<(u16, String), ApiError> {
    let answered = exchange(&Method::POST, path, Some(body), None).await?;
    Ok((answered.status, answered.body))
}

/// Where the server asks once more who is there, it is asked again as soon as they have shown it.
async fn send(
    method: Method,
    path: &str,
    body: Option<&Value>,
    version: Option<&str>,
) -> Result<Value, ApiError> {
    let answer = send_once(&method, path, body, version).await;
    if answer == Err(ApiError::Unproved) && step_up::ask().await {
        return send_once(&method, path, body, version).await;
    }
    answer
}

async fn send_once(
    method: &Method,
    path: &str,
    body: Option<&Value>,
    version: Option<&str>,
) -> Result<Value, ApiError> {
    let answered = exchange(method, path, body, version).await?;
    let mut answer = answer(answered.status, format!("{method} {path}"), &answered.body)?;
    if let (Some(version), Value::Object(members)) = (answered.version, &mut answer) {
        members.insert(VERSION.to_owned(), Value::String(version));
    }
    Ok(answer)
}

struct Answered {
    status: u16,
    version: Option<String>,
    body: String,
}

async fn exchange(
    method: &Method,
    path: &str,
    body: Option<&Value>,
    version: Option<&str>,
) -> Result<Answered, ApiError> {
    let unsafe_method = *method != Method::GET;
    let mut builder = RequestBuilder::new(&url(path))
        .method(method.clone())
        .header("Accept", ACCEPTED)
        .header("Accept-Language", text::tag());
    if unsafe_method {
        builder = builder.header("X-CSRF", "1");
    }
    if let Some(version) = version {
        builder = builder.header("If-Match", version);
    }
    let response = match body {
        Some(body) => {
            builder
                .json(body)
                .map_err(|_| ApiError::Unreachable)?
                .send()
                .await
        }
        None => builder.send().await,
    };
    let response = response.map_err(|_| ApiError::Unreachable)?;
    Ok(Answered {
        status: response.status(),
        version: response.headers().get("ETag"),
        body: response.text().await.map_err(|_| ApiError::Unreachable)?,
    })
}

/// Reads an answer; a lost session takes the person to the login page.
pub fn answer(status: u16, request: String, body: &str) -> Result<Value, ApiError> {
    if (200..300).contains(&status) {
        if body.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_str(body).map_err(|error| ApiError::Broken {
            status,
            request,
            detail: error.to_string(),
        });
    }
    let error = ApiError::from_answer(status, request, body);
    if error == ApiError::SignedOut {
        session::expired();
    }
    Err(error)
}

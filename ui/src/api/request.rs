//! Requests: cookie session, `X-CSRF` on what changes something, errors as [`ApiError`].
use super::{error::ApiError, session};
use crate::text;
use gloo_net::http::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where the resources live.
pub const ROOT: &str = "/api/v1/token/";

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
    send(Method::GET, path, None).await
}

/// Reads a resource as a type.
pub async fn get_as<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    typed(path, get(path).await?)
}

/// Creates, or acts.
pub async fn post(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::POST, path, Some(body)).await
}

/// Changes some members.
pub async fn patch(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::PATCH, path, Some(body)).await
}

/// Replaces.
pub async fn put(path: &str, body: &Value) -> Result<Value, ApiError> {
    send(Method::PUT, path, Some(body)).await
}

/// Deletes.
pub async fn delete(path: &str) -> Result<Value, ApiError> {
    send(Method::DELETE, path, None).await
}

/// Turns an answer into its type.
pub fn typed<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(|error| ApiError::Broken {
        status: 200,
        request: path.to_owned(),
        detail: error.to_string(),
    })
}

async fn send(method: Method, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
    let name = format!("{method} {path}");
    let unsafe_method = method != Method::GET;
    let mut builder = RequestBuilder::new(&url(path))
        .method(method)
        .header("Accept", "application/json")
        .header("Accept-Language", text::tag());
    if unsafe_method {
        builder = builder.header("X-CSRF", "1");
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
    let status = response.status();
    let body = response.text().await.map_err(|_| ApiError::Unreachable)?;
    answer(status, name, &body)
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

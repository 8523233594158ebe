//! What a call of this folder is given: JSON, a form or a multipart form.

use axum::extract::{FromRequest, Request};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::{
    body::{self, Body},
    error::RestError,
    value::Refused,
};
use migasfree_types::message::Message;
use serde_json::Value;

use crate::ApiState;

/// The members of a body.
#[derive(Debug)]
pub struct Fields(pub Body);

impl FromRequest<ApiState> for Fields {
    type Rejection = RestError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, RestError> {
        let limits = state.domain().settings.anonymous;
        let body = body::read(request, &state.files, limits).await?.object()?;
        Ok(Self(body))
    }
}

impl Fields {
    /// A text, also where a number was sent; empty when it is missing or something else.
    pub fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A member as it is; null when it is missing. It is no member any more.
    pub fn taken(&mut self, name: &str) -> Value {
        self.0.members.remove(name).unwrap_or_default()
    }

    /// Texts that must not be empty.
    ///
    /// # Errors
    /// With every one that is, under its name.
    pub fn required<const N: usize>(&self, names: [&str; N]) -> Result<[String; N], RestError> {
        let texts = names.map(|name| self.text(name));
        let missing: Vec<(String, Message)> = names
            .iter()
            .zip(&texts)
            .filter(|(_, text)| text.is_empty())
            .map(|(name, _)| ((*name).to_owned(), Refused::Missing.message()))
            .collect();
        if missing.is_empty() {
            Ok(texts)
        } else {
            Err(RestError::fields(missing))
        }
    }
}

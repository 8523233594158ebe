//! Where a request comes from, for what is kept of it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use migasfree_server_auth::{Auth, Connection, session::Place};

/// The most of a program's name that is worth keeping.
const LONGEST: usize = 200;

/// The address, and what the program calls itself.
#[derive(Debug)]
pub struct Origin {
    address: String,
    user_agent: String,
}

impl Origin {
    /// As it is kept.
    pub fn place(&self) -> Place<'_> {
        Place {
            address: self.address.clone(),
            user_agent: &self.user_agent,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let connection = Connection::from_request_parts(parts, state).await?;
        Ok(Self {
            address: connection.client.to_string(),
            user_agent: user_agent(&parts.headers).to_owned(),
        })
    }
}

/// Where a request comes from that is here whole.
pub fn place(connection: Connection, headers: &HeaderMap) -> Place<'_> {
    Place {
        address: connection.client.to_string(),
        user_agent: user_agent(headers),
    }
}

fn user_agent(headers: &HeaderMap) -> &str {
    let name = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // A header that is a `str` is ASCII.
    &name[..name.len().min(LONGEST)]
}

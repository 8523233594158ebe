//! Why somebody is not let in.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_db as db;
use serde_json::{Value, json};

use super::{Beyond, Exceeded};

/// A refused request.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No credentials, or they are not good any more.
    #[error("Sign in first: authentication credentials were not provided or are not valid.")]
    NotAuthenticated,
    /// The cookie is good, but the request may come from a foreign page.
    #[error("This request does not come from a page of this server.")]
    ForeignPage,
    /// A JSON web token that is malformed, foreign or expired.
    #[error("The token is not valid or has expired: get a new one.")]
    Token,
    /// User name and password do not fit.
    #[error("The user name or the password is not right.")]
    Credentials,
    /// The operator lacks a permission.
    #[error("You do not have the permission {0}: ask an administrator for it.")]
    Forbidden(&'static str),
    /// It would take more rights than the operator has.
    #[error(transparent)]
    Beyond(#[from] Beyond),
    /// So many WebSockets of the operator are open already.
    #[error("You have {0} live connections open already: close one of them first.")]
    TooManySockets(u32),
    /// Too many requests.
    #[error("Too many requests: try again in {0} seconds.")]
    TooMany(u64),
    /// Too many wrong passwords.
    #[error("Too many wrong passwords: try again in {0} seconds.")]
    TooManyGuesses(u64),
    /// The data layer failed.
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Exceeded> for AuthError {
    fn from(exceeded: Exceeded) -> Self {
        Self::TooMany(exceeded.retry_after)
    }
}

impl AuthError {
    /// Of what was counted where passwords are wrong.
    pub(super) const fn guesses(exceeded: Exceeded) -> Self {
        Self::TooManyGuesses(exceeded.retry_after)
    }

    const fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotAuthenticated => (StatusCode::UNAUTHORIZED, "not_authenticated"),
            Self::Token => (StatusCode::UNAUTHORIZED, "token_not_valid"),
            Self::ForeignPage => (StatusCode::FORBIDDEN, "csrf_failed"),
            Self::Forbidden(_) | Self::Beyond(_) => (StatusCode::FORBIDDEN, "permission_denied"),
            Self::Credentials => (StatusCode::BAD_REQUEST, "invalid_credentials"),
            Self::TooMany(_) | Self::TooManyGuesses(_) | Self::TooManySockets(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "throttled")
            }
            Self::Database(db::Error::Busy) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Database(db::Error::NoSpace) => (StatusCode::INSUFFICIENT_STORAGE, "no_space"),
            Self::Database(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    fn body(&self, code: &str) -> Value {
        match self {
            Self::Credentials => json!({"non_field_errors": [self.to_string()], "code": code}),
            Self::Database(db::Error::NoSpace) => {
                json!({"detail": migasfree_server_files::NO_SPACE, "code": code})
            }
            Self::Database(error) => {
                tracing::error!(%error, "the database failed while signing in");
                json!({"detail": "The server failed to do this; its log says why.", "code": code})
            }
            _ => json!({"detail": self.to_string(), "code": code}),
        }
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let mut response = (status, Json(self.body(code))).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        }
        if let Self::TooMany(seconds) | Self::TooManyGuesses(seconds) = self {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

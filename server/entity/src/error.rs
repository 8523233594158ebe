//! What a REST call answers when it fails: the shapes of the reference, plus a stable `code`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use migasfree_server_auth::AuthError;
use migasfree_server_body::Exceeded;
use migasfree_server_db as db;
use serde_json::{Map, Value, json};

use super::{page::InvalidPage, search::TooMuch, value::Refused};

/// The member for what concerns no single field.
pub const WHOLE: &str = "non_field_errors";

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// Nobody signed in, or not well enough.
    #[error(transparent)]
    Auth(AuthError),
    /// The operator lacks a permission.
    #[error("You do not have the permission {0}: ask an administrator for it.")]
    Forbidden(String),
    /// The operator may do such things, but not to this, with a stable code.
    #[error("{1}")]
    Denied(&'static str, String),
    /// The row does not exist, or the operator may not see it.
    #[error("No {0} matches the given query.")]
    NoRow(&'static str),
    /// A row of a page, badge or relation does not exist; the body stays empty.
    #[error("not found")]
    Nothing,
    #[error("There is nothing at this address.")]
    NoRoute,
    /// Something that does not exist for this entity, and why.
    #[error("{0}")]
    Missing(String),
    #[error(transparent)]
    InvalidPage(#[from] InvalidPage),
    /// A verb that is not answered, and those that are, unless the router adds them.
    #[error("Method \"{0}\" not allowed.")]
    Method(String, String),
    #[error("Send JSON, a form or a multipart form, not {0:?}.")]
    MediaType(String),
    /// The caller reads none of the formats there are.
    #[error(
        "This is answered as JSON, and the request accepts none: send \"Accept: application/json\"."
    )]
    NotAcceptable,
    /// Values that were refused, under the names of their fields.
    #[error("refused values")]
    Fields(Vec<(String, String)>),
    /// A file of several that was refused; programs read the reason under `error`.
    #[error("{0}")]
    Upload(String),
    /// A request that cannot be fulfilled as it is, with a stable code.
    #[error("{1}")]
    Refused(&'static str, String),
    /// Somebody else's data stands in the way.
    #[error("{1}")]
    Conflict(&'static str, String),
    /// The caller saw another version of the row.
    #[error(
        "Somebody else has changed this meanwhile: reload it, look at what is new, and make your change again."
    )]
    Stale,
    #[error("The body is larger than the {0} bytes accepted here.")]
    TooLarge(u64),
    /// A limit of the whole body or of its parts.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
    /// The disk is full.
    #[error("{}", migasfree_server_files::NO_SPACE)]
    NoSpace,
    #[error("{0}")]
    Unavailable(String),
    #[error(transparent)]
    Database(db::Error),
    #[error("{0}")]
    Internal(String),
}

impl From<TooMuch> for RestError {
    fn from(error: TooMuch) -> Self {
        Self::Refused("search", error.to_string())
    }
}

impl From<db::Error> for RestError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unique { columns, .. } => Self::not_unique(&columns),
            db::Error::NoSpace => Self::NoSpace,
            db::Error::ForeignKey => Self::Refused(
                "reference",
                "Something this refers to does not exist any more: reload and try again."
                    .to_owned(),
            ),
            db::Error::Constraint(rule) => {
                tracing::warn!(
                    rule,
                    "the database refused values that had passed the checks"
                );
                Self::Refused(
                    "constraint",
                    "A value is missing or not allowed here.".to_owned(),
                )
            }
            other => Self::Database(other),
        }
    }
}

impl From<AuthError> for RestError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl RestError {
    /// A single refused field.
    #[must_use]
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Fields(vec![(name.to_owned(), message.into())])
    }

    /// Several refused fields.
    #[must_use]
    pub const fn fields(fields: Vec<(String, String)>) -> Self {
        Self::Fields(fields)
    }

    /// Something wrong with the values together.
    #[must_use]
    pub fn whole(message: impl Into<String>) -> Self {
        Self::field(WHOLE, message)
    }

    /// A refused value under its field.
    #[must_use]
    pub fn refused(name: &str, reason: &Refused) -> Self {
        Self::field(name, reason.to_string())
    }

    /// Another row has the same values in columns that must be unique together.
    #[must_use]
    pub fn not_unique(columns: &[String]) -> Self {
        let names: Vec<&str> = columns
            .iter()
            .map(|column| column.strip_suffix("_id").unwrap_or(column))
            .collect();
        match names.as_slice() {
            [name] => Self::field(name, "Another one has this value already: choose another."),
            [] => Self::whole("Another one has these values already."),
            names => Self::whole(format!(
                "Another one has the same {} already: change one of them.",
                names.join(", ")
            )),
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Auth(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::Denied(..) => StatusCode::FORBIDDEN,
            Self::NoRow(_)
            | Self::Nothing
            | Self::NoRoute
            | Self::Missing(_)
            | Self::InvalidPage(_) => StatusCode::NOT_FOUND,
            Self::Method(..) => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Fields(_) | Self::Upload(_) | Self::Refused(..) => StatusCode::BAD_REQUEST,
            Self::Conflict(..) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) | Self::Exceeded(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            Self::Unavailable(_) | Self::Database(db::Error::Busy) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Auth(_) => "not_authenticated",
            Self::Forbidden(_) => "permission_denied",
            Self::NoRow(_) | Self::Nothing | Self::NoRoute | Self::Missing(_) => "not_found",
            Self::InvalidPage(_) => "invalid_page",
            Self::Method(..) => "method_not_allowed",
            Self::MediaType(_) => "unsupported_media_type",
            Self::NotAcceptable => "not_acceptable",
            Self::Fields(_) | Self::Upload(_) => "invalid",
            Self::Refused(code, _) | Self::Conflict(code, _) | Self::Denied(code, _) => code,
            Self::Stale => "changed_meanwhile",
            Self::TooLarge(_) | Self::Exceeded(_) => "too_large",
            Self::NoSpace => "no_space",
            Self::Unavailable(_) | Self::Database(db::Error::Busy) => "unavailable",
            Self::Database(_) | Self::Internal(_) => "internal",
        }
    }

    fn body(&self) -> Option<Value> {
        Some(match self {
            Self::Nothing => return None,
            Self::Fields(fields) => {
                let mut body = Map::new();
                for (name, message) in fields {
                    let messages = body.entry(name.clone()).or_insert_with(|| json!([]));
                    if let Value::Array(messages) = messages {
                        messages.push(json!(message));
                    }
                }
                Value::Object(body)
            }
            Self::Upload(reason) => json!({"error": reason, "code": self.code()}),
            Self::Database(db::Error::Busy) => json!({
                "detail": "The database is busy: try again in a moment.", "code": self.code()
            }),
            Self::Database(_) | Self::Internal(_) => json!({
                "detail": "The server failed to do this; its log says why.", "code": self.code()
            }),
            other => json!({"detail": other.to_string(), "code": self.code()}),
        })
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        if let Self::Auth(error) = self {
            return error.into_response();
        }
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a REST call failed");
        }
        let mut response = match self.body() {
            Some(body) => (status, Json(body)).into_response(),
            None => status.into_response(),
        };
        if let Self::Method(_, allowed) = &self
            && !allowed.is_empty()
            && let Ok(allowed) = HeaderValue::from_str(allowed)
        {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}

//! What a REST call answers when it fails: the shapes of the reference, plus a stable `code`.

use std::fmt;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use migasfree_server_auth::{AuthError, messages as auth, problem};
use migasfree_server_body::Exceeded;
use migasfree_server_db as db;
use migasfree_types::message::{Message, Problem, Refusal, quoted};
use serde_json::{Map, Value, json};

use super::{messages, page::InvalidPage, search::TooMuch, value::Refused};

/// The member for what concerns no single field.
pub const WHOLE: &str = "non_field_errors";

/// A failed call.
#[derive(Debug)]
pub enum RestError {
    /// Nobody signed in, or not well enough.
    Auth(AuthError),
    /// The operator lacks a permission.
    Forbidden(String),
    /// The operator may do such things, but not to this, with a stable code.
    Denied(&'static str, Message),
    /// The row does not exist, or the operator may not see it.
    NoRow(&'static str),
    /// A row of a page, badge or relation does not exist; the body stays empty.
    Nothing,
    /// An address that stands for nothing.
    NoRoute,
    /// Something that does not exist for this entity, and why.
    Missing(Message),
    /// A page outside the list.
    InvalidPage,
    /// A verb that is not answered, and those that are, unless the router adds them.
    Method(String, String),
    /// A body of another format.
    MediaType(String),
    /// The caller reads none of the formats there are.
    NotAcceptable,
    /// Values that were refused, under the names of their fields.
    Fields(Vec<(String, Message)>),
    /// Values that another row has together, by the names of their fields.
    Together(Vec<String>),
    /// A file of several that was refused; programs read the reason under `error`.
    Upload(Message),
    /// A request that cannot be fulfilled as it is, with a stable code.
    Refused(&'static str, Message),
    /// Somebody else's data stands in the way.
    Conflict(&'static str, Message),
    /// The caller saw another version of the row.
    Stale,
    /// A body with more than so many bytes.
    TooLarge(u64),
    /// A limit of the whole body or of its parts.
    Exceeded(Exceeded),
    /// The disk is full.
    NoSpace,
    /// The data layer failed.
    Database(db::Error),
    /// Anything else failed; only the log says what.
    Internal(String),
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth(error) => error.fmt(f),
            Self::Database(error) => error.fmt(f),
            Self::Internal(reason) => f.write_str(reason),
            told => told.message().fmt(f),
        }
    }
}

impl std::error::Error for RestError {}

impl From<InvalidPage> for RestError {
    fn from(_: InvalidPage) -> Self {
        Self::InvalidPage
    }
}

impl From<Exceeded> for RestError {
    fn from(exceeded: Exceeded) -> Self {
        Self::Exceeded(exceeded)
    }
}

impl From<TooMuch> for RestError {
    fn from(error: TooMuch) -> Self {
        Self::Refused("search", error.message())
    }
}

impl From<db::Error> for RestError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unique { columns, .. } => Self::not_unique(&columns),
            db::Error::NoSpace => Self::NoSpace,
            db::Error::ForeignKey => Self::Refused("reference", messages::reference_gone()),
            db::Error::Constraint(rule) => {
                tracing::warn!(
                    rule,
                    "the database refused values that had passed the checks"
                );
                Self::Refused("constraint", messages::value_not_allowed())
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
    pub fn field(name: &str, message: Message) -> Self {
        Self::Fields(vec![(name.to_owned(), message)])
    }

    /// Several refused fields.
    #[must_use]
    pub const fn fields(fields: Vec<(String, Message)>) -> Self {
        Self::Fields(fields)
    }

    /// Something wrong with the values together.
    #[must_use]
    pub fn whole(message: Message) -> Self {
        Self::field(WHOLE, message)
    }

    /// A refused value under its field.
    #[must_use]
    pub fn refused(name: &str, reason: &Refused) -> Self {
        Self::field(name, reason.message())
    }

    /// Another row has the same values in columns that must be unique together.
    #[must_use]
    pub fn not_unique(columns: &[String]) -> Self {
        let names: Vec<&str> = columns
            .iter()
            .map(|column| column.strip_suffix("_id").unwrap_or(column))
            .collect();
        match names.as_slice() {
            [name] => Self::field(name, messages::taken()),
            [] => Self::whole(messages::taken_together()),
            names => Self::Together(names.iter().map(|name| (*name).to_owned()).collect()),
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
            | Self::InvalidPage => StatusCode::NOT_FOUND,
            Self::Method(..) => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Fields(_) | Self::Together(_) | Self::Upload(_) | Self::Refused(..) => {
                StatusCode::BAD_REQUEST
            }
            Self::Conflict(..) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) | Self::Exceeded(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            Self::Database(db::Error::Busy | db::Error::NoAnswer(_)) => {
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
            Self::InvalidPage => "invalid_page",
            Self::Method(..) => "method_not_allowed",
            Self::MediaType(_) => "unsupported_media_type",
            Self::NotAcceptable => "not_acceptable",
            Self::Fields(_) | Self::Together(_) | Self::Upload(_) => "invalid",
            Self::Refused(code, _) | Self::Conflict(code, _) | Self::Denied(code, _) => code,
            Self::Stale => "changed_meanwhile",
            Self::TooLarge(_) | Self::Exceeded(_) => "too_large",
            Self::NoSpace => "no_space",
            Self::Database(db::Error::Busy | db::Error::NoAnswer(_)) => "unavailable",
            Self::Database(_) | Self::Internal(_) => "internal",
        }
    }

    /// What is said of it.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Auth(error) => error.message(),
            Self::Forbidden(permission) => auth::permission_denied(permission),
            Self::Denied(_, message)
            | Self::Missing(message)
            | Self::Upload(message)
            | Self::Refused(_, message)
            | Self::Conflict(_, message) => message.clone(),
            Self::NoRow(kind) => messages::no_row(*kind),
            Self::Nothing => messages::no_such_thing(),
            Self::NoRoute => messages::not_found(),
            Self::InvalidPage => messages::invalid_page(),
            Self::Method(method, _) => messages::method_not_allowed(method),
            Self::MediaType(format) => messages::unsupported_media_type(quoted(format)),
            Self::NotAcceptable => messages::not_acceptable(),
            Self::Fields(_) | Self::Together(_) => messages::invalid_values(),
            Self::Stale => messages::changed_meanwhile(),
            Self::TooLarge(limit) => messages::body_too_large(*limit),
            Self::Exceeded(exceeded) => exceeded.message(),
            Self::NoSpace => auth::no_space(),
            Self::Database(db::Error::Busy) => auth::database_busy(),
            Self::Database(db::Error::NoAnswer(_)) => auth::database_silent(),
            Self::Database(_) | Self::Internal(_) => auth::internal(),
        }
    }

    /// The same for whoever asks for it, with the refused values.
    fn problem(&self) -> Problem {
        let mut problem = problem(self.status(), self.message());
        problem.errors = match self {
            Self::Fields(fields) => fields
                .iter()
                .map(|(field, message)| Refusal {
                    field: field.clone(),
                    message: message.clone(),
                })
                .collect(),
            Self::Together(fields) => fields
                .iter()
                .map(|field| Refusal {
                    field: field.clone(),
                    message: messages::taken_in_fields(),
                })
                .collect(),
            _ => Vec::new(),
        };
        problem
    }

    fn body(&self) -> Option<Value> {
        Some(match self {
            Self::Nothing => return None,
            Self::Fields(fields) => {
                let mut body = Map::new();
                for (name, message) in fields {
                    let messages = body.entry(name.clone()).or_insert_with(|| json!([]));
                    if let Value::Array(messages) = messages {
                        messages.push(json!(message.text));
                    }
                }
                Value::Object(body)
            }
            Self::Together(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
                json!({WHOLE: [messages::taken_fields(fields.join(", ")).text]})
            }
            Self::Upload(reason) => json!({"error": reason.text, "code": self.code()}),
            other => json!({"detail": other.message().text, "code": self.code()}),
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
        response.extensions_mut().insert(self.problem());
        if let Self::Method(_, allowed) = &self
            && !allowed.is_empty()
            && let Ok(allowed) = HeaderValue::from_str(allowed)
        {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}

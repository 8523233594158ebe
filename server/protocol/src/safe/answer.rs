//! What a call ends with: an answer, or one of the ways to refuse.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use migasfree_server_body::Exceeded;
use migasfree_server_db as db;
use migasfree_server_domain::client::caller::Refused;
use migasfree_server_files::SpoolError;
use migasfree_types::message::Message;
use serde::Serialize;
use serde_json::{Value, json};

use super::keys::KeyRingError;
use super::protocol::Stopping;
use crate::messages;

/// The result of a call.
pub(super) type Reply = Result<Answer, Refusal>;

/// Data to be sealed, and the status it goes with.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) data: Value,
}

/// 200 with `data`.
pub(super) fn ok(data: impl Serialize) -> Reply {
    Ok(Answer {
        status: StatusCode::OK,
        data: to_value(data)?,
    })
}

/// 201 with `data`.
pub(super) fn created(data: impl Serialize) -> Reply {
    Ok(Answer {
        status: StatusCode::CREATED,
        data: to_value(data)?,
    })
}

fn to_value(data: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(data).map_err(|error| Refusal::Internal(error.to_string()))
}

/// What is done too often.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TooMany {
    Calls,
    SignIns,
    WrongPasswords,
    /// New computers from one address.
    NewOfAddress,
    /// New computers in one project.
    NewOfProject,
}

impl TooMany {
    /// As it is told.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Calls => messages::computer_calls_too_often(),
            Self::SignIns => messages::too_many_sign_ins(),
            Self::WrongPasswords => messages::too_many_wrong_passwords(),
            Self::NewOfAddress => messages::too_many_new_computers_from_address(),
            Self::NewOfProject => messages::too_many_new_computers_in_project(),
        }
    }
}

/// Why a call is not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Told to the peer, sealed.
    Sealed(StatusCode, Value),
    /// Told to the peer in English, sealed; administrators hear of it in their language.
    Said(StatusCode, Message),
    /// Told to the peer, sealed: what it does too often, and after how many seconds it may again.
    TooMany(TooMany, u64),
    /// Told in the clear.
    Plain(StatusCode, String),
    /// Something failed here; logged, not told.
    Internal(String),
}

impl Refusal {
    /// A sealed text.
    pub(super) fn text(status: StatusCode, text: &str) -> Self {
        Self::Sealed(status, Value::from(text))
    }

    /// 400, sealed: the claims do not have the form the call needs.
    pub(super) fn malformed_claims() -> Self {
        Self::Said(StatusCode::BAD_REQUEST, messages::malformed_claims())
    }

    /// 400, sealed: the message is not one from this peer to this server.
    pub(super) fn invalid_data() -> Self {
        Self::Said(StatusCode::BAD_REQUEST, messages::invalid_data())
    }

    /// 400, sealed: the message came before.
    pub(super) fn already_received() -> Self {
        Self::Said(
            StatusCode::BAD_REQUEST,
            messages::message_already_received(),
        )
    }

    /// 404 in the clear, as for a row that is not there.
    pub(super) fn no_such(entity: &str) -> Self {
        Self::Plain(
            StatusCode::NOT_FOUND,
            format!("No {entity} matches the given query."),
        )
    }

    /// 400 in the clear.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::Plain(StatusCode::BAD_REQUEST, detail.into())
    }
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        match error {
            // What it refers to has gone in this moment: the next call finds it so.
            db::Error::Busy | db::Error::ForeignKey => Self::Plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy: try again.".to_owned(),
            ),
            db::Error::NoAnswer(_) => {
                tracing::error!(%error, "a call failed");
                Self::Plain(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database does not answer.".to_owned(),
                )
            }
            db::Error::NoSpace => Self::Plain(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Values(values) => Self::Sealed(StatusCode::BAD_REQUEST, Value::Object(values)),
            Refused::Said(message) => Self::Said(StatusCode::BAD_REQUEST, message),
            Refused::Unsubscribed => Self::Said(StatusCode::FORBIDDEN, refused.message()),
            Refused::Gone => Self::no_such("Computer"),
            Refused::Again => Self::already_received(),
            Refused::Database(error) => error.into(),
        }
    }
}

impl From<KeyRingError> for Refusal {
    fn from(error: KeyRingError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Stopping> for Refusal {
    fn from(error: Stopping) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Exceeded> for Refusal {
    fn from(error: Exceeded) -> Self {
        Self::Plain(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
    }
}

impl From<SpoolError> for Refusal {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::TooLarge(_) => {
                Self::Plain(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
            }
            SpoolError::BrokeOff(_) => Self::bad_request(error.to_string()),
            SpoolError::NoSpace => Self::Plain(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            SpoolError::Io(_) => Self::Internal(error.to_string()),
        }
    }
}

/// `{"detail": …}` in the clear.
pub(crate) fn plain(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

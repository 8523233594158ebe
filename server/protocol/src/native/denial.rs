//! Why a call is not carried out, as it is told and noted.

use axum::http::StatusCode;
use migasfree_native::enrolment::EnrolmentAnswer;
use migasfree_server_auth::{messages as common, problem};
use migasfree_server_db as db;
use migasfree_server_domain::client::caller::Refused;
use migasfree_types::message::{MEDIA_TYPE, Message};

use super::written::{JSON, Written};
use crate::safe::{Reason, TooMany};

/// Seconds after which it is worth trying again where the server has too much to do.
const A_MOMENT: u64 = 5;

/// A refusal or a failure.
#[derive(Debug)]
pub(super) struct Denial {
    pub(super) status: StatusCode,
    message: Message,
    /// Seconds after which it may be tried again.
    after: Option<u64>,
    /// What is done too often.
    too_many: Option<TooMany>,
    /// Whether it answers who asks to be let in.
    of_enrolment: bool,
}

impl Denial {
    pub(super) const fn said(status: StatusCode, message: Message) -> Self {
        Self {
            status,
            message,
            after: None,
            too_many: None,
            of_enrolment: false,
        }
    }

    /// Something that may go well in so many seconds.
    pub(super) fn later(status: StatusCode, message: Message, seconds: u64) -> Self {
        let mut denial = Self::said(status, message);
        denial.after = Some(seconds);
        denial
    }

    pub(super) fn too_many(what: TooMany, seconds: u64) -> Self {
        let mut denial = Self::later(StatusCode::TOO_MANY_REQUESTS, what.message(), seconds);
        denial.too_many = Some(what);
        denial
    }

    /// Something that only the log tells.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a native call failed");
        Self::said(StatusCode::INTERNAL_SERVER_ERROR, common::internal())
    }

    /// The same to who asks to be let in: 403 is an answer of that call.
    pub(super) fn of_enrolment(mut self) -> Self {
        self.of_enrolment = self.status == StatusCode::FORBIDDEN;
        self
    }

    /// Why, for administrators; nothing where it is not the computer's doing.
    pub(super) fn reason(&self) -> Option<Reason> {
        let is_refusal = self.status.is_client_error() && self.status != StatusCode::NOT_FOUND;
        is_refusal.then(|| match self.too_many {
            Some(what) => Reason::too_many(what),
            None => Reason::said(self.message.clone()),
        })
    }

    pub(super) fn written(self) -> Written {
        let (content_type, body) = if self.of_enrolment {
            let answer = EnrolmentAnswer::Refused(self.message);
            (JSON, serde_json::to_vec(&answer))
        } else {
            let problem = problem(self.status, self.message);
            (MEDIA_TYPE, serde_json::to_vec(&problem))
        };
        Written {
            status: self.status,
            content_type,
            body: body.unwrap_or_default(),
            after: self.after,
        }
    }
}

impl From<Refused> for Denial {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::Database(error) => return error.into(),
            Refused::Values(_) | Refused::Said(_) | Refused::Again => StatusCode::BAD_REQUEST,
            Refused::Unsubscribed => StatusCode::FORBIDDEN,
            // Its key went with it: the next call finds it so.
            Refused::Gone => return db::Error::Busy.into(),
        };
        Self::said(status, refused.message())
    }
}

impl From<db::Error> for Denial {
    fn from(error: db::Error) -> Self {
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        match error {
            // What it refers to has gone in this moment: the next call finds it so.
            db::Error::Busy | db::Error::ForeignKey => {
                Self::later(busy, common::database_busy(), A_MOMENT)
            }
            db::Error::NoAnswer(_) => {
                tracing::error!(%error, "a native call failed");
                Self::later(busy, common::database_silent(), A_MOMENT)
            }
            db::Error::NoSpace => Self::said(StatusCode::INSUFFICIENT_STORAGE, common::no_space()),
            other => Self::internal(other),
        }
    }
}

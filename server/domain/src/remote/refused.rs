//! Why a session does not begin, go on or come back, for whoever carries it.

use std::fmt;

use migasfree_server_db as db;
use migasfree_types::message::Message;

use crate::messages;

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody knows such a session.
    Unknown,
    /// The grant was used before.
    Used,
    /// It comes too late.
    Expired,
    /// Whoever asked may not any more.
    NoRight,
    /// No policy allows it any more.
    Policy,
    /// The computer has another key, or none.
    Replaced,
    /// The account, or what it signed in with, is over.
    Revoked,
    /// Somebody ended it.
    Ended,
    /// The database failed.
    Failed,
}

impl Why {
    /// How ends are stored and told.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::NoRight => "no_right",
            Self::Policy => "policy",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::Ended => "ended_by_operator",
            Self::Failed => "failed",
        }
    }

    fn message(self) -> Message {
        match self {
            Self::Unknown => messages::remote_unknown(),
            Self::Used => messages::remote_used(),
            Self::Expired => messages::remote_expired(),
            Self::NoRight => messages::remote_right_gone(),
            Self::Policy => messages::remote_policy_gone(),
            Self::Replaced => messages::remote_key_replaced(),
            Self::Revoked => messages::remote_account_gone(),
            Self::Ended => messages::remote_ended(),
            Self::Failed => messages::remote_failed(),
        }
    }
}

/// A refusal, with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What kind it is.
    pub why: Why,
    /// What is said of it.
    pub message: Message,
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self {
            why,
            message: why.message(),
        }
    }
}

impl From<db::Error> for Refused {
    fn from(error: db::Error) -> Self {
        tracing::error!(%error, "a remote session cannot be looked after");
        Why::Failed.into()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Refused {}

//! Who comes with a key, what vouches for it, and what becomes of it.

use std::net::IpAddr;

use migasfree_server_auth::Operator;
use migasfree_server_db as db;
use migasfree_types::message::Message;

use super::claims::{KeyText, Machine};
use super::rows::State;
use crate::ids::{ComputerId, ComputerKeyId, ProjectId};
use crate::messages;

/// A computer that shows a key, and proved that it has the private half.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    pub key: &'a KeyText,
    /// Where it wants to be; who has a token need not say.
    pub project: Option<ProjectId>,
    pub machine: Machine<'a>,
    /// The thumbprint of the key it had, if it proved that it has that one still.
    pub before: Option<&'a str>,
    pub address: IpAddr,
}

/// What vouches for a computer.
#[derive(Debug, Clone, Copy)]
pub enum Voucher<'a> {
    Nothing,
    /// What a token's maker was shown.
    Token(&'a str),
    /// Somebody who signed in. Their word is good for computers and projects that they may change.
    Operator(&'a Operator),
}

/// Counts a computer that nobody vouches for; refuses one too many, for so many seconds.
pub type Limit<'a> = &'a (dyn Fn(ProjectId) -> Result<(), u64> + Sync);

/// What became of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    pub key: ComputerKeyId,
    /// Active or pending.
    pub state: State,
    /// None while nobody knows the computer.
    pub computer: Option<ComputerId>,
    pub project: ProjectId,
}

/// Why a computer does not even wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no such token, or it has ended or is used up.
    Token,
    /// The token is not for where the computer is.
    Network,
    /// The token is for another project.
    OtherProject,
    /// There is no such project.
    NoProject,
    /// These two computers could both be it.
    Alike(ComputerId, ComputerId, String),
    /// The computer was retired.
    Retired,
    /// The key was good once, or refused.
    Ended,
    /// Another computer has the UUID.
    Taken,
}

impl Why {
    /// As it is told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Token => messages::token_not_good(),
            Self::Network => messages::token_not_from_here(),
            Self::OtherProject => messages::token_of_other_project(),
            Self::NoProject => messages::no_such_project(),
            Self::Alike(first, second, name) => {
                messages::computers_alike(format!("CID-{first}"), format!("CID-{second}"), name)
            }
            Self::Retired => messages::computer_retired(),
            Self::Ended => messages::key_ended(),
            Self::Taken => messages::uuid_of_other_computer(),
        }
    }
}

/// Why a computer is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It may not.
    #[error("{}", .0.message().text)]
    Refused(Why),
    /// Too many come that nobody vouches for: it may try again after so many seconds.
    #[error("too many new computers: try again in {0} seconds")]
    TooMany(u64),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Why> for EnrolError {
    fn from(why: Why) -> Self {
        Self::Refused(why)
    }
}

//! What can go wrong in a package manager.

use super::space::Shortage;
use crate::job::ResultCode;
use crate::observer::LockHolder;
use crate::policy::Refusal;
use crate::process::supervise::{Stop, StopReason};

/// What can go wrong in a package manager.
#[derive(Debug, thiserror::Error)]
pub enum PmsError {
    #[error("`{0}` is not a package name")]
    InvalidName(String),
    #[error(
        "a search is one to eight words, 100 characters at most, and does not begin with a hyphen"
    )]
    InvalidSearch,
    #[error("no package called {0} is known; check the name or refresh the package lists")]
    NotFound(String),
    #[error("{0}")]
    Refused(Refusal),
    #[error("{packages} cannot be finished: {reason}; try again, or remove it")]
    Broken { packages: String, reason: String },
    #[error("{packages} cannot be removed: {reason}; try again with `migasfree purge {packages}`")]
    NotRemoved { packages: String, reason: String },
    /// A repair came to its end and these are still as they were left.
    #[error(
        "{packages} cannot be repaired: {reason}; try `migasfree install {packages}` when the packages can be had \
         again, or remove with `migasfree purge {packages}`"
    )]
    Unrepaired { packages: String, reason: String },
    #[error("{0}; make room and try again")]
    NoRoom(Shortage),
    #[error(
        "the package manager wants to do something else each time it is asked; try again later"
    )]
    Unsteady,
    #[error("the packages contradict each other: {0}")]
    Conflict(String),
    #[error("something the packages need cannot be had: {0}")]
    Dependency(String),
    #[error("a source of packages is not trusted: {0}")]
    Untrusted(String),
    #[error("the disk is full: {0}")]
    DiskFull(String),
    #[error("packages could not be downloaded: {0}")]
    Download(String),
    #[error("{} (process {}) held the package database too long", .0.name, .0.pid)]
    LockTimeout(LockHolder),
    #[error("the package operation was interrupted")]
    Interrupted,
    #[error("the package operation was cancelled")]
    Cancelled,
    #[error("the package manager failed: {0}")]
    Backend(String),
    /// A script that a package brings had to be stopped.
    #[error("{stop}: {detail}")]
    Stopped { stop: Stop, detail: String },
    #[error("the package manager could not be run: {0}")]
    Io(#[from] std::io::Error),
}

impl PmsError {
    /// What the package manager and its scripts said about it.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Conflict(detail)
            | Self::Dependency(detail)
            | Self::Untrusted(detail)
            | Self::DiskFull(detail)
            | Self::Download(detail)
            | Self::Backend(detail)
            | Self::Stopped { detail, .. } => detail.clone(),
            _ => self.to_string(),
        }
    }

    /// The code a job ends with.
    #[must_use]
    pub fn code(&self) -> ResultCode {
        match self {
            Self::InvalidName(_) | Self::InvalidSearch | Self::NotFound(_) => ResultCode::NotFound,
            Self::Refused(_) => ResultCode::Policy,
            Self::Conflict(_) => ResultCode::Conflict,
            Self::Dependency(_) => ResultCode::Dependency,
            Self::Untrusted(_) => ResultCode::Untrusted,
            Self::DiskFull(_) | Self::NoRoom(_) => ResultCode::DiskFull,
            Self::Download(_) => ResultCode::Download,
            Self::LockTimeout(_) => ResultCode::LockTimeout,
            Self::Interrupted => ResultCode::Interrupted,
            Self::Cancelled => ResultCode::ByUser,
            Self::Stopped { stop, .. } if stop.reason == StopReason::Asked => ResultCode::ByUser,
            Self::Backend(_)
            | Self::Broken { .. }
            | Self::NotRemoved { .. }
            | Self::Unrepaired { .. }
            | Self::Unsteady
            | Self::Stopped { .. } => ResultCode::Backend,
            Self::Io(_) => ResultCode::Internal,
        }
    }
}

//! What can go wrong between this computer and its server.

use std::time::Duration;

/// The request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the answer is too long")]
    TooLong,
    #[error("{path}: {source}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

/// A call to the server did not bring what it was for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server answered with an error.
    #[error("the server answers {status}: {detail}")]
    Status {
        status: u16,
        detail: String,
        retry_after: Option<Duration>,
    },
    /// The answer is not sealed as it must be.
    #[error("the server's answer cannot be trusted: {0}")]
    Untrusted(#[from] migasfree_envelope::OpenError),
    /// The answer has not the shape agreed on.
    #[error("the server's answer to {call} is not understood: {reason}")]
    Malformed { call: String, reason: String },
}

impl ApiError {
    /// The HTTP status of an answer that was an error.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether there was no answer at all, so that trying again later may help.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        match self {
            Self::Transport(error) => {
                matches!(
                    error,
                    TransportError::Unreachable(_) | TransportError::Timeout
                )
            }
            // A gateway that answers for a server that is away.
            Self::Status { status, .. } => matches!(status, 502..=504),
            _ => false,
        }
    }
}

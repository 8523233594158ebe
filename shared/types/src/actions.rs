//! What is said of actions by all who have to do with them.

use serde::{Deserialize, Serialize};

/// How far an execution is: the first two are the server's alone, and so are `Expired`, `Cancelled` and `Lost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionState {
    /// It waits for its computer.
    Ready,
    /// Its computer was given the order.
    Leased,
    /// It goes on.
    Running,
    /// It is done.
    Succeeded,
    /// It could not be done.
    Failed,
    /// It took too long.
    TimedOut,
    /// The computer, or the person at it, does not allow it.
    Refused,
    /// An operator took it back before its computer had it.
    Cancelled,
    /// Its computer did not come in time.
    Expired,
    /// Its computer was given the order, and was not heard of again.
    Lost,
}

impl ExecutionState {
    /// Whether nothing more is expected.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Ready | Self::Leased | Self::Running)
    }

    /// Whether a computer may say so.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(
            self,
            Self::Running | Self::Succeeded | Self::Failed | Self::TimedOut | Self::Refused
        )
    }
}

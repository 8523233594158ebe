//! Requests for applications that need an administrator.

use migasfree_vocabulary::RequestState;
use serde::{Deserialize, Serialize};

/// A request of the person at the computer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: String,
    /// The application.
    pub app: u32,
    /// Why the person wants it.
    #[serde(default)]
    pub justification: String,
    /// How far it is.
    pub state: RequestState,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// What the organisation answered; empty when it said nothing.
    #[serde(default)]
    pub comment: String,
}

impl Request {
    /// Whether nobody decided yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            RequestState::Unsent | RequestState::Pending | RequestState::Unknown
        )
    }
}

//! Why something asked for was not done.

use serde::{Deserialize, Serialize};

/// A refusal or failure, as the shell hands it to the view. The view turns the code into words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable code: the daemon's error names in kebab-case (`not-authorized`, `auth-cancelled`,
    /// `offline`, …), `daemon-missing` when there is nobody to ask, `internal` for the rest.
    pub code: String,
    /// What the daemon or the bus said, for the details fold.
    pub detail: String,
}

impl Fault {
    /// A fault with a code and what was said about it.
    #[must_use]
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

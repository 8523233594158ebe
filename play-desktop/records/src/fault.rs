//! Why something asked for was not done.

use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

/// A refusal or failure, as the shell hands it to the view. The view turns the code into words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable code: the daemon's error names in kebab-case (`not-authorized`, `auth-cancelled`,
    /// `offline`, …), `daemon-missing` when there is nobody to ask, `internal` for the rest.
    pub code: String,
    /// What the daemon or the bus said, for the details fold.
    pub said: Message,
}

impl Fault {
    /// A fault with a code and what was said about it, which has no code of its own.
    #[must_use]
    pub fn new(code: &str, said: impl Into<String>) -> Self {
        Self::saying(code, Message::verbatim(said))
    }

    /// A fault with a code and what the daemon said about it.
    #[must_use]
    pub fn saying(code: &str, said: Message) -> Self {
        Self {
            code: code.to_owned(),
            said,
        }
    }
}

//! Which synchronisation of a computer this is.

use serde::{Deserialize, Serialize};

use crate::freshness::Nonce;

/// A synchronisation, by its number on a line. A computer counts on, also where no answer came, and says no number twice:
/// one that was heard before comes from a state that was kept of the computer, or from a copy of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Drawn by the computer when it begins to count, and anew each time it is told that it is behind.
    pub line: Nonce,
    /// From 1 on.
    pub number: u64,
}

impl Turn {
    /// The first one of a line.
    #[must_use]
    pub const fn first(line: Nonce) -> Self {
        Self { line, number: 1 }
    }

    /// The one after this.
    #[must_use]
    pub const fn following(self) -> Self {
        Self {
            number: self.number.saturating_add(1),
            ..self
        }
    }
}

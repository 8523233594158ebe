//! How far remote support may go on this computer.

use std::fmt;

/// What whoever runs the computer allows at most; what the server asks for may be less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RemoteSupport {
    /// There is none.
    Off,
    /// Somebody at the computer has to say yes.
    Ask,
    /// Somebody at the computer is told.
    Notify,
    /// What the server's policies say.
    #[default]
    Server,
}

impl RemoteSupport {
    /// Reads `off`, `ask`, `notify` or `server`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "off" | "false" | "no" => Self::Off,
            "ask" => Self::Ask,
            "notify" => Self::Notify,
            "server" => Self::Server,
            _ => return None,
        })
    }

    /// As it stands in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ask => "ask",
            Self::Notify => "notify",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for RemoteSupport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

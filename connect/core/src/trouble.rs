//! Why something did not work, in words that say what to do next.

use std::fmt;

use migasfree_types::message::{Message, Problem};

use crate::texts::Text;

/// What kind of trouble it is: programs that call this one tell them apart by the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line, a link or a file makes no sense.
    Usage,
    /// Nothing answers, or the computer is not connected: later it may work.
    Offline,
    /// The server, its rules or the person at the computer say no.
    Denied,
    /// Whoever asks has to sign in first.
    SignIn,
    /// The server or the computer could not do it.
    Failed,
    /// Somebody interrupted it.
    Interrupted,
}

/// Why something did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// What is said of it.
    pub message: Message,
}

impl Trouble {
    /// Trouble that is said so.
    #[must_use]
    pub const fn new(kind: Kind, message: Message) -> Self {
        Self { kind, message }
    }

    /// Trouble of a text and its arguments.
    #[must_use]
    pub fn of(kind: Kind, text: Text, values: &[&str]) -> Self {
        Self::new(kind, text.told(values))
    }

    /// What the operating system says of a file.
    #[must_use]
    pub fn of_file(path: &str, reason: &std::io::Error) -> Self {
        Self::of(Kind::Failed, Text::ErrorFile, &[path, &reason.to_string()])
    }

    /// What the server says against a request. A refused value is named: it says more than that some were refused.
    #[must_use]
    pub fn of_problem(problem: &Problem) -> Self {
        let message = match problem.errors.first() {
            Some(refusal) => refusal.message.clone(),
            None => problem.message(),
        };
        match problem.status {
            409 if message.code == "remote_offline" => Self::new(Kind::Offline, message),
            401 => Self::of(Kind::SignIn, Text::ErrorSignIn, &[]),
            403 => Self::new(Kind::Denied, message),
            _ => Self::new(Kind::Failed, message),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Trouble {}

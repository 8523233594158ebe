//! What a grant says.

use serde::{Deserialize, Serialize};

/// What one operator may do on one computer in one session (remote support, 14.2).
///
/// Whoever enforces it understands all of it: a member that is not known here is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The session, a UUID: a grant is for this one, once.
    pub session: String,
    /// When the server gave it, in Unix seconds.
    pub issued: i64,
    /// Until when the session has to be started: [`crate::START_WITHIN`] after it was issued.
    pub expires: i64,
    /// When the session ends, whatever happens.
    pub ends: i64,
    /// Who it was given to.
    pub operator: OperatorIdentity,
    /// The computer.
    pub computer: i64,
    /// The thumbprint of the computer's key.
    pub key: String,
    /// The service.
    pub service: Service,
    /// How much of the service.
    pub mode: Mode,
    /// The account of a terminal or of files; none in mode [`Mode::Administrator`], which is root.
    pub user: Option<String>,
    /// The name of the port's service.
    pub port: Option<String>,
    /// What else is allowed.
    pub switches: Switches,
    /// What the person at the computer is asked (14.4).
    pub consent: Consent,
    /// Whether the session is recorded (14.5).
    pub recording: Recording,
    /// Why.
    pub reason: String,
    /// The ticket this is about.
    pub ticket: String,
}

/// Who a grant was given to, as the person at the computer and the audit name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorIdentity {
    /// The account's id.
    pub id: i64,
    /// The name to be shown.
    pub name: String,
    /// How they proved who they are.
    pub strength: Strength,
}

/// How an operator proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// With a password.
    Password,
    /// With a password and a second factor.
    SecondFactor,
    /// At the organisation's identity provider.
    Provider,
    /// With a passkey.
    Passkey,
    /// With a key for programs.
    ApiKey,
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// A terminal.
    Terminal,
    /// The desktop of the person who is logged in.
    Screen,
    /// Files.
    Files,
    /// A TCP service of the computer.
    Port,
    /// A named action.
    Action,
}

/// How much of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Screen: look on.
    View,
    /// Screen, port, action: do.
    Control,
    /// Terminal: as an account of the computer.
    User,
    /// Terminal: as root.
    Administrator,
    /// Files: from the computer.
    Read,
    /// Files: to the computer.
    Write,
    /// Files: both ways.
    ReadWrite,
}

/// What is allowed besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The clipboard, to the computer.
    pub clipboard_in: bool,
    /// The clipboard, from the computer.
    pub clipboard_out: bool,
    /// Files, to the computer.
    pub files_in: bool,
    /// Files, from the computer.
    pub files_out: bool,
    /// Sound.
    pub audio: bool,
    /// Nobody at the computer sees what is done.
    pub privacy_screen: bool,
    /// Start the computer anew.
    pub reboot: bool,
}

/// What the person at the computer is asked before a session (14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// No answer is a no.
    Ask {
        /// How long they have for an answer.
        seconds: u32,
    },
    /// No answer is a yes.
    AskThenAllow {
        /// How long they have for an answer.
        seconds: u32,
    },
    /// Not asked, but told as long as it lasts.
    Notify,
    /// Allowed where nobody is logged in, or with the right for it.
    Unattended,
    /// Never.
    Deny,
}

/// Whether a session is recorded (14.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// It is not.
    None,
    /// It is, but goes on where it cannot be.
    BestEffort,
    /// Without a recording there is no session.
    Strict,
}

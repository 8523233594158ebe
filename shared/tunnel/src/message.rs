//! What frames say, in JSON. Members that are not known are passed over.
//!
//! Streams are named as on the connection they travel on, which the relay translates; `origin` alone is the operator's name at
//! the agent.

use std::collections::BTreeMap;

use bytes::Bytes;
use migasfree_grant::{Mode, Service, Switches};
pub use migasfree_types::actions::ExecutionState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::files::FileRequest;
use crate::screen::ScreenRequest;

/// The longest message.
pub const MAX_MESSAGE: usize = 16 * 1024;

/// The version of the protocol that is spoken here.
pub const PROTOCOL: u16 = 1;

/// How the WebSocket's subprotocol is called.
pub const SUBPROTOCOL: &str = "migasfree-tunnel-1";

/// How many seconds a peer has to say hello.
pub const HELLO_WITHIN: u64 = 10;

/// A payload that is not the message it should be.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Longer than [`MAX_MESSAGE`].
    #[error("the message is longer than {MAX_MESSAGE} bytes")]
    TooLong,
    /// Not the JSON that was expected.
    #[error("the message cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Reads a payload.
///
/// # Errors
/// [`MessageError`] where it is too long, or another message.
pub fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, MessageError> {
    if payload.len() > MAX_MESSAGE {
        return Err(MessageError::TooLong);
    }
    Ok(serde_json::from_slice(payload)?)
}

/// Writes a payload.
///
/// # Panics
/// Where there is no memory left for it.
pub fn write<T: Serialize>(message: &T) -> Bytes {
    Bytes::from(serde_json::to_vec(message).expect("messages are JSON"))
}

/// The first frame of everybody; that of the relay comes first (14.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The lowest and the highest version that is spoken.
    pub protocol: (u16, u16),
    /// What both have to have before it is used.
    #[serde(default)]
    pub features: Vec<String>,
    /// The version of the program.
    #[serde(default)]
    pub build: String,
    /// The system it runs on.
    #[serde(default)]
    pub platform: String,
    /// Who speaks.
    pub who: Who,
}

impl Hello {
    /// The hello of this version.
    #[must_use]
    pub fn new(who: Who, build: impl Into<String>, platform: impl Into<String>) -> Self {
        Self {
            protocol: (PROTOCOL, PROTOCOL),
            features: Vec::new(),
            build: build.into(),
            platform: platform.into(),
            who,
        }
    }

    /// Whether it speaks a version that is spoken here.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        (self.protocol.0..=self.protocol.1).contains(&PROTOCOL)
    }
}

/// Who says hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Who {
    /// The relay.
    Relay(Welcome),
    /// A computer.
    Agent(AgentHello),
    /// An operator.
    Operator(OperatorHello),
}

/// The relay's word: first the challenge, and the session as answer to an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The challenge.
    pub nonce: Option<String>,
    /// How often to give a sign of life, 15 to 120 seconds.
    pub keep_alive: u16,
    /// The session, once the operator has said hello.
    pub session: Option<SessionState>,
}

/// The computer's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentHello {
    /// The computer.
    pub computer: i64,
    /// The thumbprint of its key.
    pub key: String,
    /// The relay's challenge.
    pub nonce: String,
    /// When it was signed, in Unix seconds.
    pub made: i64,
    /// `migasfree_grant::hello`, by the daemon.
    pub signature: String,
    /// What it offers.
    #[serde(default)]
    pub services: Vec<String>,
    /// Sessions of a connection before this one, which go on.
    #[serde(default)]
    pub live: Vec<LiveSession>,
}

/// A session that goes on over another connection of the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSession {
    /// The session.
    pub session: String,
    /// Where its streams are.
    pub streams: Vec<Position>,
}

/// Where a stream is at an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The stream.
    pub stream: u32,
    /// How many bytes of it were received.
    pub received: u64,
    /// Whether the half-close was received, too.
    pub ended: bool,
    /// At the agent: the operator's name of the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<u32>,
}

/// The operator's word: exactly one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorHello {
    /// The grant of a session that begins.
    pub grant: Option<String>,
    /// The session that goes on.
    pub resume: Option<Resume>,
}

/// A session that goes on over another connection of the operator (13.4 R-01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The session.
    pub session: String,
    /// [`SessionState::secret`].
    pub secret: String,
    /// Where its streams are.
    pub streams: Vec<Position>,
}

/// The session an operator has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionState {
    /// The session.
    pub session: String,
    /// The computer.
    pub computer: i64,
    /// What it is for.
    pub service: Service,
    /// How much of it: what the person allowed, which may be less than what was granted.
    pub mode: Mode,
    /// What else is allowed.
    pub switches: Switches,
    /// What lets this operator resume it.
    pub secret: String,
    /// How many seconds there are to resume it.
    pub resume_window: u16,
    /// Whether it is recorded.
    pub recorded: bool,
    /// When it ends, in Unix seconds.
    pub ends: i64,
    /// After a resume: where the streams are at the agent, by the operator's names.
    #[serde(default)]
    pub streams: Vec<Position>,
}

/// What a stream is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Open {
    /// A terminal.
    Terminal {
        /// How wide it is.
        columns: u16,
        /// How high it is.
        rows: u16,
        /// The kind of terminal, as `TERM` has it.
        term: String,
    },
    /// A TCP service of the computer.
    Port {
        /// Its name.
        name: String,
    },
    /// A file or folder.
    Files(FileRequest),
    /// The desktop of the person who is logged in.
    Screen(ScreenRequest),
}

/// What the agent gets of an [`Open`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The session, as the relay has it.
    pub session: String,
    /// The operator's name of the stream, by which it is found again after the relay was restarted.
    pub stream: u32,
    /// What it is for.
    pub open: Open,
}

/// Why something is not, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What it comes to.
    pub code: Code,
    /// In English, for logs.
    #[serde(default)]
    pub text: String,
    /// What a text in another language has to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Failure {
    /// A failure without arguments.
    #[must_use]
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            args: BTreeMap::new(),
        }
    }
}

/// What a [`Failure`] comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The computer is not connected.
    Offline,
    /// The person said no.
    Refused,
    /// Nobody was there to be asked.
    NobodyThere,
    /// The operator lacks the right.
    NoRight,
    /// The policy does not allow it.
    Policy,
    /// The grant, or the time to resume, is over.
    Expired,
    /// The grant was used before.
    Used,
    /// There is no such session, service or stream.
    Unknown,
    /// Somebody else does this already.
    Busy,
    /// There are too many of them.
    Limit,
    /// The service does not answer.
    NotReachable,
    /// The computer has no such account.
    NoSuchUser,
    /// The person ended it.
    EndedByPerson,
    /// The operator ended it.
    EndedByOperator,
    /// The right was taken back.
    Revoked,
    /// Another connection took its place.
    Replaced,
    /// The relay is about to stop.
    Draining,
    /// What was said is not the protocol.
    Protocol,
    /// The connection was lost.
    Lost,
    /// Something else, also what is not known here.
    #[serde(other)]
    Failed,
}

/// About a session, or an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Control {
    /// Relay to agent: begin.
    Start {
        /// The session.
        session: String,
        /// Its grant, which the agent and the daemon verify again.
        grant: String,
    },
    /// Agent to relay: it began.
    Accepted {
        /// The session.
        session: String,
        /// What the person allowed.
        mode: Mode,
        /// What else is allowed.
        switches: Switches,
        /// Whether the person was told that it is recorded.
        recorded: bool,
    },
    /// Agent to relay: it does not begin.
    Refused {
        /// The session.
        session: String,
        /// Why.
        failure: Failure,
    },
    /// To the operator: the person is being asked.
    Asking {
        /// The session.
        session: String,
    },
    /// It is over.
    End {
        /// The session.
        session: String,
        /// Why.
        failure: Failure,
    },
    /// Nothing is passed on for now.
    Pause {
        /// The session.
        session: String,
    },
    /// The other end is gone and may come back: its streams wait.
    Detached {
        /// The session.
        session: String,
    },
    /// The other end is back.
    Resume {
        /// The session.
        session: String,
        /// Where the streams are there.
        streams: Vec<Position>,
    },
    /// Answer to [`Control::Resume`]: what follows on the streams goes on from there.
    Resumed {
        /// The session.
        session: String,
        /// Where the streams are here.
        streams: Vec<Position>,
    },
    /// Agent to relay: it offers something else now.
    Services {
        /// All that it offers.
        services: Vec<String>,
    },
    /// Operator to agent: the terminal has another size.
    Resize {
        /// The session.
        session: String,
        /// The terminal's stream.
        stream: u32,
        /// How wide it is.
        columns: u16,
        /// How high it is.
        rows: u16,
    },
    /// Agent to operator: the program of the terminal ended.
    Exit {
        /// The session.
        session: String,
        /// The terminal's stream.
        stream: u32,
        /// Its status; none where a signal ended it.
        status: Option<i32>,
    },
    /// Agent to relay: for the audit (14.5).
    Event {
        /// The session.
        session: String,
        /// What happened.
        event: SessionEvent,
    },
    /// Relay to agent: carry this out.
    Act {
        /// The execution, a UUID.
        execution: String,
        /// Its order (`migasfree_grant::order`), which the daemon verifies.
        order: String,
    },
    /// Agent to relay: how far an execution is.
    Acting {
        /// The execution.
        execution: String,
        /// How far it is.
        state: ExecutionState,
        /// With which status the program ended, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit: Option<i32>,
        /// What came out since the message before, [`MAX_OUTPUT`] at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
        /// Counts the messages of an execution, from 0.
        sequence: u32,
    },
    /// Something of a later version.
    #[serde(other)]
    Other,
}

/// How many bytes of output one [`Control::Acting`] has at most.
pub const MAX_OUTPUT: usize = 8 * 1024;

/// What happened in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The person was asked or told, with this result.
    Consent {
        /// What came of it.
        result: String,
    },
    /// A terminal was opened.
    Terminal {
        /// As whom.
        user: String,
    },
    /// A TCP service was opened.
    Port {
        /// Which.
        name: String,
    },
    /// A file left the computer.
    FileRead {
        /// The file.
        path: String,
        /// How large it is.
        size: u64,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
    },
    /// A file came to the computer.
    FileWritten {
        /// The file.
        path: String,
        /// How large it is.
        size: u64,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
    },
    /// The clipboard was used.
    Clipboard {
        /// Whether to the computer.
        inwards: bool,
        /// How much of it.
        size: u64,
    },
    /// Something of a later version.
    #[serde(other)]
    Other,
}

/// Leave, and come again (13.4 R-03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoAway {
    /// Why.
    pub failure: Failure,
    /// In how many seconds; whoever is told adds a jitter of their own.
    pub again_after: Option<u32>,
}

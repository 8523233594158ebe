//! What the relay asks of whoever knows computers, operators and rights.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_grant::{Mode, Recording, Service, Switches};
use migasfree_native::key::PublicKey;
use migasfree_tunnel::message::{Failure, SessionEvent};

/// What only the log tells.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A key by which a computer is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The computer.
    pub computer: i64,
    /// The key.
    pub key: PublicKey,
}

/// A computer with an agent of version 1, which a certificate is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// The computer.
    pub computer: i64,
    /// What stands for its key.
    pub key: String,
}

/// What a session that began is bound to. It outlives the relay, for as long as an end may be away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The session.
    pub session: String,
    /// The computer.
    pub computer: i64,
    /// The thumbprint of its key.
    pub key: String,
    /// What is done there.
    pub service: Service,
    /// How.
    pub mode: Mode,
    /// What else is allowed.
    pub switches: Switches,
    /// Whether what terminals and screens show is kept.
    pub recording: Recording,
    /// Seconds since 1970 at which it is over in any case.
    pub ends: i64,
    /// How long the operator may do nothing.
    pub idle: Duration,
}

/// How a session began at the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// As which mode: a person may allow less than was asked for.
    pub mode: Mode,
    /// What else is allowed.
    pub switches: Switches,
    /// Whether it is recorded.
    pub recorded: bool,
}

/// Bytes that went through a session since this relay has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From the operator to the computer.
    pub to_computer: u64,
    /// And back.
    pub to_operator: u64,
}

/// What is kept of a terminal or a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What [`Recordings::read`](crate::Recordings::read) calls it.
    pub name: String,
    /// What it is: `asciicast` or `screen`.
    pub format: &'static str,
    /// Bytes of the file.
    pub size: u64,
    /// Which key it is sealed with.
    pub key: String,
    /// Whether something is missing.
    pub gaps: bool,
}

/// Who knows computers, operators and rights.
#[async_trait]
pub trait Sessions: Debug + Send + Sync + 'static {
    /// The computer that is known by the key with this thumbprint; `None` for a key that is not good, or not any more.
    async fn enrolled(&self, thumbprint: &str) -> Result<Option<Enrolled>, Trouble>;

    /// Which of these keys, or of what stands for one, are not good any more.
    async fn no_longer_enrolled(&self, thumbprints: &[String]) -> Result<Vec<String>, Trouble>;

    /// The computer that a verified certificate (DER) is of, where agents of version 1 may come for it.
    async fn certified(&self, certificate: &[u8]) -> Result<Option<Certified>, Trouble>;

    /// Uses a grant up: the session begins, and the computer is asked. Tells how long the operator may do nothing. Fails for a
    /// grant that was used before, by any process, and for what its operator may not do any more.
    async fn start(&self, grant: &str) -> Result<Duration, Failure>;

    /// The computer lets the operator in. Tells the secret with which the operator comes back.
    async fn accepted(&self, session: &str, begun: &Begun) -> Result<String, Failure>;

    /// The operator comes back. Fails for another secret, and for what may not go on.
    async fn resumed(&self, session: &str, secret: &str) -> Result<(), Failure>;

    /// One of the ends is away, or the relay will be.
    async fn detached(&self, session: &str) -> Result<(), Trouble>;

    /// Both ends are there again.
    async fn attached(&self, session: &str) -> Result<(), Trouble>;

    /// It is over, or never began.
    async fn ended(
        &self,
        session: &str,
        failure: &Failure,
        traffic: Traffic,
    ) -> Result<(), Trouble>;

    /// Something happened in it that the audit has to know.
    async fn event(&self, session: &str, event: &SessionEvent) -> Result<(), Trouble>;

    /// What a session is bound to that was let in and has not ended, as far as is known.
    async fn terms(&self, session: &str) -> Result<Option<Terms>, Trouble>;

    /// All sessions that have begun and not ended, as far as is known.
    async fn unfinished(&self) -> Result<Vec<String>, Trouble>;

    /// Which of these may not go on, and why.
    async fn may_not_go_on(&self, sessions: &[String]) -> Result<Vec<(String, Failure)>, Trouble>;

    /// What a terminal or a screen showed is kept. Told again, of all of it, where a session goes on after the server was started anew.
    async fn recorded(&self, session: &str, recorded: &Recorded) -> Result<(), Trouble>;
}

//! What can go wrong between this computer and its server.

use std::time::Duration;

use migasfree_types::message::Message;

/// Why no answer of the server came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    #[error("this program is stopping")]
    Stopping,
    /// The network or something on the way, in its words.
    #[error("the server cannot be reached ({0}); try again when the network is back")]
    Network(String),
    #[error("the server did not answer in time")]
    Late,
    #[error(
        "no computer called {host} was found ({reason}); check the network, and the name of the server with \
         `migasfree conf`"
    )]
    UnknownHost { host: String, reason: String },
    #[error("the certificate of {server} is not accepted: {fault}")]
    Certificate {
        server: String,
        fault: CertificateFault,
    },
    /// Nothing vouches for any server.
    #[error(
        "there are no certificates to check the server with ({0}); install the package `ca-certificates`"
    )]
    NoCertificates(String),
    /// A redirection that would leave the server; it is not followed.
    #[error(
        "the server sends this computer on to {0}, which is not the server of its configuration; if that is where it \
         should go, use `migasfree conf --server`"
    )]
    Moved(String),
    /// The server, or what stands before it, says that it cannot answer now.
    #[error("the server cannot answer now ({status})")]
    Away { status: u16, seconds: Option<u64> },
    /// No program listens there.
    #[error("nothing answers at {server} ({reason}); check its address with `migasfree conf`")]
    NobodyThere { server: String, reason: String },
    #[error(
        "what answers at {0} does not speak https; check address and port with `migasfree conf`"
    )]
    NotHttps(String),
    #[error("the network asks to sign in; sign in with a web browser")]
    SignIn,
    #[error("the proxy wants to know who uses it; set another one with `migasfree conf --proxy`")]
    ProxySignIn,
    /// What comes where a network asks to sign in.
    #[error("a web page came in place of the server's answer; the network may ask to sign in")]
    Page,
}

impl Unreached {
    /// What an answer says that is nobody's word about the call: a gateway's for a server that is away, or that of
    /// somebody who lets nobody through to it.
    fn of_status(status: u16, retry_after: Option<Duration>) -> Option<Self> {
        match status {
            502..=504 => Some(Self::Away {
                status,
                seconds: retry_after.map(|time| time.as_secs()),
            }),
            407 => Some(Self::ProxySignIn),
            511 => Some(Self::SignIn),
            _ => None,
        }
    }
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// The organisation's own authority would have its certificate in this file.
    #[error(
        "nobody this computer trusts vouches for it; install the package `ca-certificates`, or put the certificate of \
         your organisation's authority into {authority}"
    )]
    Issuer { authority: String },
    /// The file of the organisation's own authority is there and says nothing.
    #[error("nobody this computer trusts vouches for it, and {authority} holds no certificate")]
    File { authority: String },
    #[error("it is for another name")]
    Name,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
    /// It may issue others and stand for no server.
    #[error("it is made for an authority and not for a server")]
    Authority,
    #[error("{0}")]
    Other(String),
}

/// The request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error(transparent)]
    Unreachable(#[from] Unreached),
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the answer is too long")]
    TooLong,
    /// A password would go over a connection that everybody on the way can read.
    #[error(
        "a password is not sent to {0}, because everybody on the way could read it: use https, or set \
         `Allow_Insecure_Credentials = true` in the configuration to send it all the same"
    )]
    InsecureCredentials(String),
    /// The call was cut off because this program ends.
    #[error("this program is stopping")]
    Stopping,
    #[error("{path}: {source}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

/// A call to the server did not bring what it was for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server answered with an error.
    #[error("the server answers {status}: {said}")]
    Status {
        status: u16,
        /// Why; without a code where the server gives none.
        said: Box<Message>,
        retry_after: Option<Duration>,
    },
    /// An error in the clear where the server answers sealed: a proxy, the sign-in page of a network, or somebody
    /// who wants to be taken for the server. It says nothing about what the server knows.
    #[error(
        "{call} was answered {status} in the clear, by the server's front or by somebody between: {detail}"
    )]
    Unsealed {
        call: String,
        status: u16,
        detail: String,
        retry_after: Option<Duration>,
    },
    /// Nothing shows that the answer is the server's, for this reason.
    #[error("the server's answer cannot be trusted: {0}")]
    Untrusted(String),
    /// The answer is not signed as the server's to this request: somebody changed it, or it comes from another server.
    #[error("the answer to {call} was changed on the way or comes from another server: {reason}")]
    Changed { call: String, reason: String },
    /// Who answers has no native protocol, where the server has one.
    #[error("{call} is not known ({status}) to what answers in place of the server")]
    NotNative { call: String, status: u16 },
    /// The server refuses the request because the clocks are too far apart.
    #[error("this computer's clock is {seconds} seconds away from the server's")]
    Skewed { behind: bool, seconds: u64 },
    /// The answer has not the shape agreed on.
    #[error("the server's answer to {call} is not understood: {reason}")]
    Malformed { call: String, reason: String },
}

/// What is quoted of an answer: one line, as it may be shown, and no more of it than somebody reads.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    let text = migasfree_types::shown::shown_line(text.trim());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// Whether a message says that the server never takes a key again.
pub(crate) fn is_end_of_key(code: &str) -> bool {
    matches!(
        code,
        "key_ended" | "key_rejected" | "key_replaced" | "key_revoked"
    )
}

/// Whether a message is about a request, and not about who makes it: it was changed, held back or sent twice on its way.
pub(crate) fn is_about_request(code: &str) -> bool {
    matches!(
        code,
        "request_forged"
            | "request_not_signed"
            | "request_of_future"
            | "request_of_other_server"
            | "request_of_past"
            | REPEATED
    )
}

/// The code of a request that came before.
pub(super) const REPEATED: &str = "request_repeated";

impl ApiError {
    /// Something for a person came in place of an answer.
    pub(super) fn page() -> Self {
        TransportError::Unreachable(Unreached::Page).into()
    }

    /// The HTTP status of an answer that was an error.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::Unsealed { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Why there was no answer of the server at all; `None` where it answered.
    #[must_use]
    pub fn unreached(&self) -> Option<Unreached> {
        match self {
            Self::Transport(TransportError::Unreachable(why)) => Some(why.clone()),
            Self::Transport(TransportError::Timeout) => Some(Unreached::Late),
            Self::Transport(TransportError::Stopping) => Some(Unreached::Stopping),
            Self::Status {
                status,
                retry_after,
                ..
            }
            | Self::Unsealed {
                status,
                retry_after,
                ..
            } => Unreached::of_status(*status, *retry_after),
            _ => None,
        }
    }

    /// Whether the server says that it never takes the key of this computer again.
    #[must_use]
    pub fn ends_key(&self) -> bool {
        matches!(self, Self::Status { status: 403, said, .. } if is_end_of_key(&said.code))
    }

    /// Whether the server says that it does not know the key of this computer.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Status { status: 401, said, .. } if said.is("key_unknown"))
    }

    /// Whether there was no answer at all, so that trying again later may help.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.unreached().is_some()
    }

    /// Seconds after which a server that has no time wants to be asked again.
    #[must_use]
    pub fn busy_for(&self) -> Option<u64> {
        match self {
            Self::Status {
                status: 429,
                retry_after,
                ..
            }
            | Self::Unsealed {
                status: 429,
                retry_after,
                ..
            } => Some(retry_after.map_or(300, |time| time.as_secs())),
            _ => None,
        }
    }

    /// Whether this is what a server answers that has no such call, which anybody between can answer as well.
    #[must_use]
    pub fn is_not_offered(&self) -> bool {
        matches!(
            self,
            Self::Unsealed {
                status: 404 | 405,
                ..
            }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_more_is_quoted_than_somebody_reads() {
        assert_eq!(quoted(" Computer not found\n"), "Computer not found");
        assert_eq!(quoted("a\u{1b}[2J\nb"), "a\\x1b[2J\\nb");
        let long = quoted(&"ñ".repeat(1500));
        assert_eq!(long.chars().count(), 201);
        assert!(long.ends_with('…'), "{long}");
    }
}

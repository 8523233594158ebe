//! Signed requests and answers: one profile of HTTP Message Signatures (RFC 9421).
//!
//! A request is signed by the computer's key and names the key of the server it is meant for, so that no other server
//! takes it; host and scheme are left out, as proxies change them. An answer is signed by the server's key, together with
//! the signature of the request, so that it answers that request alone.

mod base;
mod fields;

pub mod answer;
pub mod request;

use std::fmt;

use crate::digest::DigestError;
use crate::text::encode;

/// What the signature is called in its headers.
pub const LABEL: &str = "migasfree";
/// The header that says what is signed, and how.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header with the signature.
pub const SIGNATURE: &str = "signature";
/// The header with the thumbprint of the key of the server that a request is meant for.
pub const SERVER: &str = "migasfree-server";

/// A signature: what an answer to a request refers to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub(crate) [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", encode(&self.0))
    }
}

/// Why a message is not taken for what it says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header that is needed is not there.
    #[error("the header {0} is missing")]
    MissingHeader(String),
    /// A header is there more than once.
    #[error("the header {0} is there more than once")]
    RepeatedHeader(String),
    /// A header is not of the form that it has to have, in its one spelling.
    #[error("the header {0} is not written as it has to be")]
    MalformedHeader(String),
    /// Something that matters is not signed.
    #[error("{0} is not signed")]
    NotCovered(&'static str),
    /// Something is signed that has no place in this protocol.
    #[error("{0} is signed, which has no place here")]
    UnknownComponent(String),
    /// Something is signed twice.
    #[error("{0} is signed more than once")]
    RepeatedComponent(String),
    /// A parameter of the signature is missing.
    #[error("the signature says no {0}")]
    MissingParameter(&'static str),
    /// A parameter of the signature has a value that it cannot have.
    #[error("the signature has a wrong {0}")]
    WrongParameter(&'static str),
    /// A parameter of the signature has no place in this protocol.
    #[error("the signature has a parameter {0}, which has no place here")]
    UnknownParameter(String),
    /// The request is meant for a server with another key.
    #[error("the request is meant for a server with another key")]
    OtherServer,
    /// The signature names another key.
    #[error("the signature is by another key")]
    OtherKey,
    /// The signature is not the one of this message.
    #[error("the signature does not fit: somebody changed or forged the message")]
    Forged,
    /// The body is not the one that is signed.
    #[error(transparent)]
    Body(#[from] DigestError),
}

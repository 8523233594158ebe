//! Enrolment tokens: `mfe_<secret>.<thumbprint of the server's key>`. Who types one knows which server may answer, so
//! that the first contact needs no TLS to be with the right one.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::key::Thumbprint;
use crate::text::{as_text, decode, encode, sha256};

const PREFIX: &str = "mfe_";

/// What the server is told of a token: 43 characters of base64url. The server keeps its hash alone.
#[derive(Clone)]
pub struct TokenSecret([u8; 32]);

impl TokenSecret {
    /// A secret of what `fill` writes, which nobody may be able to foresee.
    #[must_use]
    pub fn generate(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 32];
        fill(&mut bytes);
        Self(bytes)
    }

    /// The SHA-256 of the 32 bytes, which is what a server keeps. They are random: no salt makes them safer.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}

impl PartialEq for TokenSecret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for TokenSecret {}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret")
    }
}

impl fmt::Display for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl FromStr for TokenSecret {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        decode(text).map(Self).ok_or(NoToken)
    }
}

/// A token as a person is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// What lets a computer in.
    pub secret: TokenSecret,
    /// The key that the server has to have.
    pub server: Thumbprint,
}

/// A text that is no enrolment token. What it is instead is not said: it may be a secret of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no enrolment token (`mfe_…`, 91 characters), or, where its secret alone is wanted, not the 43 characters \
     between `mfe_` and the point"
)]
pub struct NoToken;

/// With the secret: to be shown once.
impl fmt::Display for EnrolmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}.{}", self.secret, self.server)
    }
}

impl FromStr for EnrolmentToken {
    type Err = NoToken;

    /// Blanks around it, as they come with the clipboard, do no harm.
    fn from_str(text: &str) -> Result<Self, NoToken> {
        let text = text.trim().strip_prefix(PREFIX).ok_or(NoToken)?;
        let (secret, server) = text.split_once('.').ok_or(NoToken)?;
        Ok(Self {
            secret: secret.parse()?,
            server: server.parse().map_err(|_| NoToken)?,
        })
    }
}

as_text!(TokenSecret, EnrolmentToken);

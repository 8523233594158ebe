//! How a computer comes to be known by its key.

use std::fmt;

use migasfree_types::computer::ComputerId;
use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

use crate::features::Features;
use crate::key::{KeyPair, PublicKey, Thumbprint};
use crate::proof::{Proof, Purpose};
use crate::token::TokenSecret;

/// What a computer is called, and where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The number of its hardware.
    pub uuid: String,
    /// Its name.
    pub name: String,
    /// Its full host name; empty where it has none.
    #[serde(default)]
    pub fqdn: String,
    /// Its address; empty where it has none.
    #[serde(default)]
    pub ip_address: String,
}

/// A computer asks to be known by its key. The request is signed by that very key, which proves that it has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentRequest {
    /// The key that the computer is to be known by.
    pub public_key: PublicKey,
    /// Who it says it is.
    #[serde(flatten)]
    pub identity: Identity,
    /// The project it is to belong to. A token may name it instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `Linux` or `Windows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The package manager: a project that is made for this computer has it.
    pub pms: String,
    /// The architectures of its packages, with blanks between them.
    pub architecture: String,
    /// Tags (`PREFIX-value`) that it asks for, beside those that a token gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The secret of an enrolment token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenSecret>,
    /// Somebody who may add computers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Credentials>,
    /// The word of the key that this computer had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// What the computer can do.
    #[serde(default)]
    pub features: Features,
}

/// Name and password of a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The account at the server.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// The key that a computer had before vouches for the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// The key before.
    pub key: Thumbprint,
    /// Its word.
    pub proof: Proof,
}

impl Previous {
    /// `old` vouches for `new` at the server with the key `server`.
    #[must_use]
    pub fn new(old: &KeyPair, new: &PublicKey, server: Thumbprint) -> Self {
        Self {
            key: old.public().thumbprint(),
            proof: Proof::new(old, Purpose::Succession, new.thumbprint(), server),
        }
    }

    /// Whether it is `old` that vouches for `new` at the server with the key `server`.
    #[must_use]
    pub fn is_by(&self, old: &PublicKey, new: &PublicKey, server: Thumbprint) -> bool {
        let new = new.thumbprint();
        self.key == old.thumbprint() && self.proof.is_by(old, Purpose::Succession, new, server)
    }
}

/// What the sealed call [`crate::requests::MOVE_OVER`] claims beside the number of the computer. Its answer is an
/// [`EnrolmentAnswer`]: sealed, it tells which key is the server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveOver {
    /// The key that the computer is to be known by.
    pub public_key: PublicKey,
    /// Proves that the computer has it.
    pub proof: Proof,
}

impl MoveOver {
    /// A computer with this key moves over to the native protocol of the server with the key `server`.
    #[must_use]
    pub fn new(key: &KeyPair, server: Thumbprint) -> Self {
        let public_key = *key.public();
        Self {
            public_key,
            proof: Proof::new(key, Purpose::MoveOver, public_key.thumbprint(), server),
        }
    }

    /// Whether who sent it has the key, and meant the server with the key `server`.
    #[must_use]
    pub fn is_proven(&self, server: Thumbprint) -> bool {
        let (key, purpose) = (&self.public_key, Purpose::MoveOver);
        self.proof.is_by(key, purpose, key.thumbprint(), server)
    }
}

/// What becomes of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnrolmentAnswer {
    /// The computer is known by its key (200).
    Enrolled(Enrolled),
    /// An administrator has to approve it (202).
    Pending {
        /// Seconds after which to ask again, with the same key.
        retry_after: u64,
    },
    /// It is not let in (403).
    Refused(Message),
}

/// What a computer learns when it is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Its number.
    pub computer: ComputerId,
    /// The name the server has for it.
    pub name: String,
    /// Its project.
    pub project: String,
    /// The key that signs the server's answers from now on.
    pub server_key: PublicKey,
    /// What the server can do.
    #[serde(default)]
    pub features: Features,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(byte: u8) -> KeyPair {
        KeyPair::generate(|seed| seed.fill(byte))
    }

    #[test]
    fn a_request_keeps_its_secrets_from_who_looks() {
        let request = EnrolmentRequest {
            public_key: *key(1).public(),
            identity: Identity::default(),
            project: None,
            platform: None,
            pms: "apt".to_owned(),
            architecture: "amd64".to_owned(),
            tags: Vec::new(),
            token: Some(TokenSecret::generate(|bytes| bytes.fill(7))),
            operator: Some(Credentials {
                username: "ana".to_owned(),
                password: "secret".to_owned(),
            }),
            previous: Some(Previous::new(
                &key(2),
                key(1).public(),
                key(3).public().thumbprint(),
            )),
            features: Features::all(),
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains("secret"), "{shown}");
        let token = request.token.as_ref().unwrap().to_string();
        assert!(!shown.contains(&token), "{shown}");
        let text = serde_json::to_string(&request).unwrap();
        assert!(text.contains(&token));
        assert_eq!(
            serde_json::from_str::<EnrolmentRequest>(&text).unwrap(),
            request
        );
    }

    #[test]
    fn the_old_key_vouches_for_one_new_one() {
        let (old, new, server) = (key(1), key(2), key(3).public().thumbprint());
        let previous = Previous::new(&old, new.public(), server);
        assert!(previous.is_by(old.public(), new.public(), server));
        assert!(!previous.is_by(new.public(), new.public(), server));
        assert!(!previous.is_by(old.public(), old.public(), server));
    }

    #[test]
    fn moving_over_proves_the_key() {
        let server = key(3).public().thumbprint();
        let mut moving = MoveOver::new(&key(1), server);
        assert!(moving.is_proven(server));
        moving.public_key = *key(2).public();
        assert!(!moving.is_proven(server));
    }

    #[test]
    fn answers_say_their_state() {
        let pending = EnrolmentAnswer::Pending { retry_after: 60 };
        let text = r#"{"state":"pending","retry_after":60}"#;
        assert_eq!(serde_json::to_string(&pending).unwrap(), text);
        let refused = EnrolmentAnswer::Refused(Message::verbatim("no"));
        let text = serde_json::to_string(&refused).unwrap();
        assert_eq!(text, r#"{"state":"refused","code":"","text":"no"}"#);
        assert_eq!(
            serde_json::from_str::<EnrolmentAnswer>(&text).unwrap(),
            refused
        );
        let enrolled = EnrolmentAnswer::Enrolled(Enrolled {
            computer: ComputerId(7),
            name: "pc-7".to_owned(),
            project: "debian-12".to_owned(),
            server_key: *key(3).public(),
            features: Features::default(),
        });
        let text = serde_json::to_string(&enrolled).unwrap();
        assert_eq!(
            serde_json::from_str::<EnrolmentAnswer>(&text).unwrap(),
            enrolled
        );
    }
}

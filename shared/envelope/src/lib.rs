//! Seals and opens the messages of the migasfree 5 client protocol.
//!
//! A sealed message is a text that contains JSON: a JWE (RSA-OAEP-256 with A256CBC-HS512) whose
//! plaintext is `{"data": claims, "sign": JWS}`. The JWS (RS256, unprotected header) signs a
//! rendering of the same claims. [`seal`] makes such a text, [`open`] checks every layer of one
//! and gives the claims back.
//!
//! Unlike older receivers, [`open`] requires the signed payload to equal the data it returns, so
//! that a valid signature over one thing never authorises another.

mod cache;
mod json;
mod jwe;
mod jws;
mod keys;
mod message;
mod pem;
mod python;

pub use cache::SignatureCache;
pub use keys::{KeyError, PrivateKey, PublicKey};
pub use message::{Letter, MAX_MESSAGE_LEN, OpenError, decipher, open, seal, seal_cached};

/// The layers on their own, for fuzzing and for peers that render their own texts.
#[doc(hidden)]
pub mod unsealed {
    pub use crate::message::{confirm, encrypt, seal_rendered, sign, verify_plaintext};
}

//! The word of a computer's key that this connection to the relay is the computer's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_native::key::{KeyPair, PublicKey, Thumbprint};

/// Signs the relay's challenge with the computer's key, for the server with the key `server`, at `made` in Unix seconds.
#[must_use]
pub fn sign(key: &KeyPair, computer: i64, nonce: &str, server: Thumbprint, made: i64) -> String {
    let signature = key.sign(statement(computer, nonce, server, made).as_bytes());
    URL_SAFE_NO_PAD.encode(signature)
}

/// Whether `signature` is that of `key` under this hello.
#[must_use]
pub fn verify(
    signature: &str,
    key: &PublicKey,
    computer: i64,
    nonce: &str,
    server: Thumbprint,
    made: i64,
) -> bool {
    let statement = statement(computer, nonce, server, made);
    URL_SAFE_NO_PAD
        .decode(signature)
        .is_ok_and(|signature| key.verify(statement.as_bytes(), &signature))
}

/// The nonce, which the relay chose, comes last: whatever is in it, it cannot pass for another member.
fn statement(computer: i64, nonce: &str, server: Thumbprint, made: i64) -> String {
    format!(
        "migasfree relay hello 1\ncomputer: {computer}\nserver: {server}\nmade: {made}\nnonce: {nonce}"
    )
}

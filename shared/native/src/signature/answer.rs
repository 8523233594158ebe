//! Answers, signed by the server.

use http::HeaderMap;

use super::base::{base, header};
use super::fields::{Profile, byte_sequence, insert, write};
use super::{Signature, SignatureError};
use crate::digest::{self, CONTENT_DIGEST, content_digest};
use crate::key::{KeyPair, PublicKey};

/// What answers of version 1 are marked with.
pub const TAG: &str = "migasfree-native-answer-1";

/// The signature of the request, as RFC 9421 (2.4) has it.
const REQUEST: &str = r#""signature";req;key="migasfree""#;

const PROFILE: Profile = Profile {
    tag: TAG,
    required: &[r#""@status""#, r#""content-digest""#, REQUEST],
    if_present: &[
        r#""content-type""#,
        r#""content-encoding""#,
        r#""retry-after""#,
    ],
    parameters: &["created", "keyid", "alg", "tag"],
};

fn derived(identifier: &str, status: u16, request: &Signature) -> Option<String> {
    match identifier {
        r#""@status""# => Some(status.to_string()),
        REQUEST => Some(byte_sequence(request)),
        _ => None,
    }
}

/// Signs the answer to a request. The body is the one that travels: who compresses it does so before.
///
/// # Errors
/// [`SignatureError`] where a header is there twice, or is no ASCII.
pub fn sign(
    status: u16,
    headers: &mut HeaderMap,
    body: &[u8],
    key: &KeyPair,
    created: i64,
    request: &Signature,
) -> Result<(), SignatureError> {
    insert(headers, CONTENT_DIGEST, &content_digest(body));
    let components = PROFILE.components(headers);
    let signer = key.public().thumbprint();
    let parameters = PROFILE.parameters(&components, created, None, signer);
    let base = base(&components, &parameters, headers, |identifier| {
        derived(identifier, status, request)
    })?;
    write(headers, &parameters, &Signature(key.sign(base.as_bytes())));
    Ok(())
}

/// Checks that the server with this key gave this answer to this request, and to no other. Gives back when, by the
/// server's clock, in seconds since 1970.
///
/// # Errors
/// [`SignatureError`] otherwise: then nobody knows who answered.
pub fn verify(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    server: &PublicKey,
    request: &Signature,
) -> Result<i64, SignatureError> {
    let stated = PROFILE.read(headers)?;
    if stated.key != server.thumbprint() {
        return Err(SignatureError::OtherKey);
    }
    let base = base(
        &stated.components,
        &stated.parameters,
        headers,
        |identifier| derived(identifier, status, request),
    )?;
    if !server.verify(base.as_bytes(), &stated.signature.0) {
        return Err(SignatureError::Forged);
    }
    digest::check(header(headers, CONTENT_DIGEST)?, body)?;
    Ok(stated.created)
}

//! The inner layer: JWS, flattened JSON, RS256 with an unprotected header.

#![expect(
    clippy::disallowed_methods,
    reason = "signing blinds with randomness of the library's own"
)]

use std::borrow::Cow;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::cache::SignatureCache;
use crate::keys::{PrivateKey, PublicKey};

#[derive(Deserialize)]
struct Flattened<'a> {
    #[serde(default, borrow)]
    header: Option<Header<'a>>,
    #[serde(default, borrow)]
    protected: Option<Cow<'a, str>>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
    #[serde(borrow)]
    signature: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(default, borrow)]
    kid: Option<Cow<'a, str>>,
    crit: Option<serde::de::IgnoredAny>,
}

/// Signs `payload`; the scheme is deterministic, so `cache` may remember the result.
///
/// # Errors
/// Only when the cryptographic library fails.
pub(crate) fn sign(
    payload: &[u8],
    signer: &PrivateKey,
    cache: Option<&SignatureCache>,
) -> Result<String, Unspecified> {
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let kid = signer.public().thumbprint();
    let signature = match cache {
        Some(cache) => cache.get_or_make(kid, &payload, || signature_of(&payload, signer))?,
        None => signature_of(&payload, signer)?,
    };
    Ok(format!(
        r#"{{"header":{{"alg":"RS256","kid":"{kid}"}},"payload":"{payload}","signature":"{signature}"}}"#
    ))
}

fn signature_of(payload: &str, signer: &PrivateKey) -> Result<String, Unspecified> {
    let input = format!(".{payload}");
    let mut signature = vec![0; signer.signing.public_modulus_len()];
    signer.signing.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )?;
    Ok(URL_SAFE_NO_PAD.encode(signature))
}

/// The payload of a JWS whose signature `key` confirms.
pub(crate) fn verify(text: &str, key: &PublicKey) -> Option<Vec<u8>> {
    let parts: Flattened<'_> = serde_json::from_str(text).ok()?;
    let protected = parts.protected.as_deref().unwrap_or_default();
    if !algorithm_is_rs256(protected, parts.header.as_ref())? {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(parts.signature.as_bytes()).ok()?;
    let input = format!("{protected}.{}", parts.payload);
    key.verifying
        .verify_sig(input.as_bytes(), &signature)
        .ok()?;
    URL_SAFE_NO_PAD.decode(parts.payload.as_bytes()).ok()
}

/// The thumbprint of the key that a JWS says it was signed with; nothing confirms it.
pub(crate) fn key_id(text: &str) -> Option<String> {
    let parts: Flattened<'_> = serde_json::from_str(text).ok()?;
    let named = |header: &Header<'_>| header.kid.as_deref().map(str::to_owned);
    match parts.protected.as_deref().unwrap_or_default() {
        "" => named(parts.header.as_ref()?),
        protected => {
            let bytes = URL_SAFE_NO_PAD.decode(protected).ok()?;
            named(&serde_json::from_slice(&bytes).ok()?)
        }
    }
}

/// The protected header decides when there is one, else the unprotected header.
fn algorithm_is_rs256(protected: &str, header: Option<&Header<'_>>) -> Option<bool> {
    let accepts = |header: &Header<'_>| header.alg == "RS256" && header.crit.is_none();
    if protected.is_empty() {
        return header.map(accepts);
    }
    let bytes = URL_SAFE_NO_PAD.decode(protected).ok()?;
    let header: Header<'_> = serde_json::from_slice(&bytes).ok()?;
    Some(accepts(&header))
}

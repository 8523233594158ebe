//! Requests, signed by a computer.

use http::{HeaderMap, Method, Uri};

use super::base::{base, header};
use super::fields::{Profile, insert, write};
use super::{SERVER, Signature, SignatureError};
use crate::digest::{self, CONTENT_DIGEST, content_digest};
use crate::freshness::Nonce;
use crate::key::{KeyPair, PublicKey, Thumbprint};

/// What requests of version 1 are marked with.
pub const TAG: &str = "migasfree-native-1";

const PROFILE: Profile = Profile {
    tag: TAG,
    required: &[
        r#""@method""#,
        r#""@path""#,
        r#""@query""#,
        r#""content-digest""#,
        r#""migasfree-server""#,
    ],
    if_present: &[r#""content-type""#, r#""content-encoding""#],
    parameters: &["created", "nonce", "keyid", "alg", "tag"],
};

/// Where a request goes, as it stands on its first line: nothing decoded, no part of the path taken away by a router.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// `POST`.
    pub method: &'a str,
    /// `/api/native/1/…`.
    pub path: &'a str,
    /// What follows the question mark, if there is one.
    pub query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// The target of a request as it came.
    #[must_use]
    pub fn of(method: &'a Method, uri: &'a Uri) -> Self {
        Self {
            method: method.as_str(),
            path: uri.path(),
            query: uri.query(),
        }
    }

    fn derived(&self, identifier: &str) -> Option<String> {
        match identifier {
            r#""@method""# => Some(self.method.to_owned()),
            r#""@path""# => Some(self.path.to_owned()),
            r#""@query""# => Some(format!("?{}", self.query.unwrap_or_default())),
            _ => None,
        }
    }
}

/// Who signs a request for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The computer's key.
    pub key: &'a KeyPair,
    /// The key of the server that alone may take it.
    pub server: Thumbprint,
    /// Now, in seconds since 1970.
    pub created: i64,
    /// Another one for each request.
    pub nonce: Nonce,
}

/// Signs a request. `headers` has all that say something of the body; what is needed besides is added. The signature
/// that comes back is what the answer has to refer to.
///
/// # Errors
/// [`SignatureError`] where a header is there twice, or is no ASCII.
pub fn sign(
    target: &Target<'_>,
    headers: &mut HeaderMap,
    body: &[u8],
    signer: &Signer<'_>,
) -> Result<Signature, SignatureError> {
    insert(headers, CONTENT_DIGEST, &content_digest(body));
    insert(headers, SERVER, &signer.server.to_string());
    let components = PROFILE.components(headers);
    let key = signer.key.public().thumbprint();
    let parameters = PROFILE.parameters(&components, signer.created, Some(signer.nonce), key);
    let base = base(&components, &parameters, headers, |identifier| {
        target.derived(identifier)
    })?;
    let signature = Signature(signer.key.sign(base.as_bytes()));
    write(headers, &parameters, &signature);
    Ok(signature)
}

/// What a request says of itself. Nothing of it is true until [`Claim::verify`] says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The key that it says signed it.
    pub key: Thumbprint,
    /// When it says it was made, in seconds since 1970.
    pub created: i64,
    /// What no other request of this key may have.
    pub nonce: Nonce,
    /// What the answer refers to, even one that refuses.
    pub signature: Signature,
    base: String,
    digest: String,
}

/// Reads the head of a request that came to the server with the key `server`.
///
/// # Errors
/// [`SignatureError`] when it is not of the form that requests have, or not for this server.
pub fn read(
    target: &Target<'_>,
    headers: &HeaderMap,
    server: Thumbprint,
) -> Result<Claim, SignatureError> {
    let stated = PROFILE.read(headers)?;
    let base = base(
        &stated.components,
        &stated.parameters,
        headers,
        |identifier| target.derived(identifier),
    )?;
    if header(headers, SERVER)? != server.to_string() {
        return Err(SignatureError::OtherServer);
    }
    Ok(Claim {
        key: stated.key,
        created: stated.created,
        nonce: stated
            .nonce
            .ok_or(SignatureError::MissingParameter("nonce"))?,
        signature: stated.signature,
        base,
        digest: header(headers, CONTENT_DIGEST)?.to_owned(),
    })
}

impl Claim {
    /// Checks that `key` signed the request, with this body as it travelled. Whether it is fresh and was not seen before
    /// is for [`crate::freshness::judge`] and who remembers nonces: of a request that this confirms, and of no other.
    ///
    /// # Errors
    /// [`SignatureError`] otherwise.
    pub fn verify(&self, key: &PublicKey, body: &[u8]) -> Result<(), SignatureError> {
        if key.thumbprint() != self.key {
            return Err(SignatureError::OtherKey);
        }
        if !key.verify(self.base.as_bytes(), &self.signature.0) {
            return Err(SignatureError::Forged);
        }
        Ok(digest::check(&self.digest, body)?)
    }
}

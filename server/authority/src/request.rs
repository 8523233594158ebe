//! Requests for certificates (PKCS #10): of what they say, only the key is used.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    PublicKeyData as _, SubjectPublicKeyInfo,
};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Version;

use crate::RequestError;

/// Bytes of the longest request that is read.
pub const LONGEST_REQUEST: usize = 16 * 1024;
const TAGS: [&str; 2] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A request whose sender holds the key in it.
#[derive(Debug)]
pub struct Request {
    key: SubjectPublicKeyInfo,
}

impl Request {
    /// Reads one in PEM, and checks its signature.
    ///
    /// # Errors
    /// When it is not exactly one, its key is of no kind that is taken, or it is not signed by it.
    pub fn read(pem: &str) -> Result<Self, RequestError> {
        if pem.len() > LONGEST_REQUEST {
            return Err(RequestError::TooLong {
                limit: LONGEST_REQUEST,
            });
        }
        let blocks = pem::parse_many(pem).map_err(unreadable)?;
        match blocks.as_slice() {
            [block] if TAGS.contains(&block.tag()) => Self::read_der(block.contents()),
            [_] => Err(unreadable("it is something else")),
            _ => Err(unreadable("there has to be one")),
        }
    }

    fn read_der(der: &[u8]) -> Result<Self, RequestError> {
        let (rest, request) = X509CertificationRequest::from_der(der).map_err(unreadable)?;
        let info = &request.certification_request_info;
        if !rest.is_empty() || info.version != X509Version::V1 {
            return Err(unreadable("it is none of version 1"));
        }
        let key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw)
            .map_err(|_| RequestError::KeyKind)?;
        let is_rsa = key.algorithm() == &PKCS_RSA_SHA256;
        let kinds = [
            &PKCS_ECDSA_P256_SHA256,
            &PKCS_ECDSA_P384_SHA384,
            &PKCS_ED25519,
        ];
        if !is_rsa && !kinds.contains(&key.algorithm()) {
            return Err(RequestError::KeyKind);
        }
        if is_rsa {
            match info.subject_pki.parsed() {
                Ok(PublicKey::RSA(key)) if RSA_BITS.contains(&key.key_size()) => {}
                _ => return Err(RequestError::KeyKind),
            }
        }
        let algorithm = &request.signature_algorithm.algorithm;
        let by_sha1 = [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(algorithm);
        if by_sha1 || request.verify_signature().is_err() {
            return Err(RequestError::Signature);
        }
        Ok(Self { key })
    }

    /// Its key, as a certificate has it (`SubjectPublicKeyInfo` in DER).
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }

    pub(crate) const fn key(&self) -> &SubjectPublicKeyInfo {
        &self.key
    }
}

fn unreadable(reason: impl std::fmt::Display) -> RequestError {
    RequestError::Unreadable(reason.to_string())
}

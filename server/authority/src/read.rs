//! What certificates say, and whether they lead to a root.

use migasfree_server_db::Ts;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::AttributeTypeAndValue;

use crate::{AuthorityError, Subject};

const CERTIFICATE: &str = "CERTIFICATE";
const LIST: &str = "X509 CRL";
/// Bytes of certificates that are read at once.
const LONGEST: usize = 64 * 1024;
/// Certificates between one and its root at most.
const MOST: usize = 8;

/// What is worth knowing of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its number, in hexadecimal.
    pub serial: String,
    /// Whose it is.
    pub subject: String,
    /// Who gave it.
    pub issuer: String,
    /// From when on it is valid.
    pub not_before: Ts,
    /// Until when it is.
    pub not_after: Ts,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
}

/// What the first certificate of a PEM text says.
///
/// # Errors
/// When there is none.
pub fn facts(pem: &str) -> Result<Facts, AuthorityError> {
    let chain = chain(pem)?;
    let certificate = certificate(&chain[0])?;
    Ok(told(&certificate, &chain[0]))
}

/// The number of a certificate in DER, as it is listed when it is taken back.
#[must_use]
pub fn serial_of(der: &[u8]) -> Option<String> {
    let certificate = certificate(der).ok()?;
    Some(hex::encode(certificate.raw_serial()))
}

/// Whose a certificate in DER is; `None` where it has several units or names, or none: then it is nobody's for sure.
#[must_use]
pub fn subject_of(der: &[u8]) -> Option<Subject> {
    let certificate = certificate(der).ok()?;
    let subject = certificate.subject();
    Some(Subject {
        organization: only(subject.iter_organization()).unwrap_or_default(),
        unit: only(subject.iter_organizational_unit())?,
        common_name: only(subject.iter_common_name())?,
    })
}

fn only<'a, 'b: 'a>(
    mut parts: impl Iterator<Item = &'a AttributeTypeAndValue<'b>>,
) -> Option<String> {
    let only = parts.next()?.as_str().ok()?.to_owned();
    parts.next().is_none().then_some(only)
}

pub(crate) fn told(certificate: &X509Certificate<'_>, der: &[u8]) -> Facts {
    let validity = certificate.validity();
    Facts {
        serial: hex::encode(certificate.raw_serial()),
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        not_before: Ts::from_seconds(validity.not_before.timestamp()),
        not_after: Ts::from_seconds(validity.not_after.timestamp()),
        fingerprint: hex::encode(Sha256::digest(der)),
    }
}

/// The certificates of a PEM text, as bytes, at least one.
pub(crate) fn chain(pem: &str) -> Result<Vec<Vec<u8>>, AuthorityError> {
    if pem.len() > LONGEST {
        return Err(unreadable("it is too long"));
    }
    let blocks = pem::parse_many(pem).map_err(unreadable)?;
    let of_certificates = blocks
        .into_iter()
        .filter(|block| block.tag() == CERTIFICATE);
    let chain: Vec<Vec<u8>> = of_certificates.map(pem::Pem::into_contents).collect();
    match chain.len() {
        0 => Err(unreadable("there is none")),
        1..=MOST => Ok(chain),
        _ => Err(unreadable("there are too many")),
    }
}

pub(crate) fn certificate(der: &[u8]) -> Result<X509Certificate<'_>, AuthorityError> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(unreadable)?;
    match rest.is_empty() {
        true => Ok(certificate),
        false => Err(unreadable("something follows it")),
    }
}

fn unreadable(reason: impl std::fmt::Display) -> AuthorityError {
    AuthorityError::Certificate(reason.to_string())
}

/// A list of certificates that were taken back as programs fetch it, in DER, of the same in PEM.
#[must_use]
pub fn list_der(pem: &str) -> Option<Vec<u8>> {
    let block = pem::parse(pem).ok()?;
    (block.tag() == LIST).then(|| block.into_contents())
}

pub(crate) fn pem_of(der: &[u8], tag: &str) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, der), config)
}

pub(crate) fn certificates_of<'a>(chain: impl IntoIterator<Item = &'a Vec<u8>>) -> String {
    let pem = chain.into_iter().map(|der| pem_of(der, CERTIFICATE));
    pem.collect()
}

/// Whether a certificate may sign certificates and lists.
pub(crate) fn signs_others(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.key_usage().ok().flatten();
    certificate.is_ca()
        && usage.is_some_and(|usage| usage.value.key_cert_sign() && usage.value.crl_sign())
}

/// How those it signs name its key.
pub(crate) fn key_identifier(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.to_vec()),
            _ => None,
        })
}

/// Makes sure that each certificate is signed by the next, and the last by itself.
pub(crate) fn leads_to_root(chain: &[Vec<u8>]) -> Result<(), AuthorityError> {
    let chain: Vec<X509Certificate<'_>> = chain
        .iter()
        .map(|der| certificate(der))
        .collect::<Result<_, _>>()?;
    for (below, pair) in chain.windows(2).enumerate() {
        signed_by(&pair[0], &pair[1])?;
        allows_below(&pair[1], below + 1)?;
    }
    match chain.last() {
        Some(root) => signed_by(root, root),
        None => Err(AuthorityError::Chain("there is no certificate")),
    }
}

fn signed_by(
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
) -> Result<(), AuthorityError> {
    if certificate.issuer().as_raw() != issuer.subject().as_raw() {
        return Err(AuthorityError::Chain("one is not of the next"));
    }
    certificate
        .verify_signature(Some(issuer.public_key()))
        .map_err(|_| AuthorityError::Chain("a signature is wrong"))
}

/// So many authorities are below it.
fn allows_below(issuer: &X509Certificate<'_>, authorities: usize) -> Result<(), AuthorityError> {
    let constraints = issuer.basic_constraints().ok().flatten();
    let most = constraints.and_then(|constraints| constraints.value.path_len_constraint);
    let too_many = most.is_some_and(|most| (most as usize) < authorities);
    match issuer.is_ca() && !too_many {
        true => Ok(()),
        false => Err(AuthorityError::Chain("one may not sign another authority")),
    }
}

//! Certificates as they are read from files.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use migasfree_server_db::Ts;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, sign::CertifiedKey};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What should hold certificates or a key holds none that can be read.
    #[error("{what} cannot be read: {reason}")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        reason: String,
    },
    /// A certificate and a key that do not belong together, or that nobody can use.
    #[error("it cannot be used with its key: {0}")]
    Unusable(#[from] rustls::Error),
    /// Whoever issues it does not.
    #[error("it is not issued: {0}")]
    NotIssued(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl CertificateError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    fn unreadable(what: &'static str, reason: impl ToString) -> Self {
        Self::Unreadable {
            what,
            reason: reason.to_string(),
        }
    }
}

/// A certificate with its key, and what it is good for.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(super) shown: Arc<CertifiedKey>,
    pub(super) not_before: Ts,
    pub(super) not_after: Ts,
    names: Vec<String>,
}

impl Certificate {
    /// The server's own first, then those that lead from it to an authority, and its key.
    pub(super) fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain = certificates(chain)?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| CertificateError::unreadable("the key", error))?;
        let own = chain.first().map(|own| &own[..]).unwrap_or_default();
        let (not_before, not_after, names) = facts(own)?;
        let shown = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?;
        Ok(Self {
            shown: Arc::new(shown),
            not_before,
            not_after,
            names,
        })
    }

    /// When two thirds of its life are over.
    pub(super) fn renewal(&self) -> Ts {
        self.not_before + self.not_after.since(self.not_before) * 2 / 3
    }

    /// Whether it is for each of these names.
    pub(super) fn covers(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.names.contains(name))
    }
}

/// Every certificate in a PEM text; at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let read = read.map_err(|error| CertificateError::unreadable("the certificate", error))?;
    if read.is_empty() {
        return Err(CertificateError::unreadable(
            "the certificate",
            "the file holds none",
        ));
    }
    Ok(read)
}

/// A certificate (DER) as its fields.
pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    match x509_parser::parse_x509_certificate(der) {
        Ok((_, certificate)) => Ok(certificate),
        Err(error) => Err(CertificateError::unreadable("the certificate", error)),
    }
}

fn facts(der: &[u8]) -> Result<(Ts, Ts, Vec<String>), CertificateError> {
    let certificate = parse(der)?;
    let validity = certificate.validity();
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let names = alternative.map(|names| names.value.general_names.iter().filter_map(name));
    Ok((
        Ts::from_seconds(validity.not_before.timestamp()),
        Ts::from_seconds(validity.not_after.timestamp()),
        names.into_iter().flatten().collect(),
    ))
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(Ipv4Addr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(Ipv6Addr::from);
    v4.map(IpAddr::V4).or(v6.map(IpAddr::V6)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use migasfree_server_authority::Authority;
    use migasfree_server_db::random::SystemRandom;

    const NOW: Ts = Ts::from_seconds(1_781_697_600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn issued(names: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let authority = Authority::create("test", DAY * 3650, NOW, &SystemRandom).unwrap();
        let issued = authority.issue_server(&names, NOW).unwrap();
        let chain = issued.certificate_pem + &issued.chain_pem;
        (chain.into_bytes(), issued.key_pem.unwrap().into_bytes())
    }

    #[test]
    fn what_is_issued_can_be_shown_and_says_for_whom_and_until_when() {
        let (chain, key) = issued(&["server.example", "192.0.2.7", "::1"]);
        let read = Certificate::from_pem(&chain, &key).unwrap();
        assert!(read.covers(&["::1".to_owned(), "192.0.2.7".to_owned()]));
        assert!(!read.covers(&["server.example".to_owned(), "other.example".to_owned()]));
        assert!(read.renewal() > NOW + DAY && read.renewal() + DAY < read.not_after);
    }

    #[test]
    fn what_does_not_belong_together_or_is_none_is_refused() {
        let (chain, key) = issued(&["server.example"]);
        let (_, other) = issued(&["server.example"]);
        for (chain, key) in [
            (&chain[..], &other[..]),
            (&chain[..100], &key[..]),
            (&b""[..], &key[..]),
            (&chain[..], &b"-----BEGIN"[..]),
            (&key[..], &key[..]),
        ] {
            assert!(Certificate::from_pem(chain, key).is_err());
        }
    }
}

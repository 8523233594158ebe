//! The certificate that the server gave this computer, with the key that was made for it.

use std::fmt;
use std::io;
use std::path::Path;

use migasfree_native::certificates::{CertificateGiven, key_pem};
use migasfree_native::key::KeyPair;
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use super::own::CERTIFICATE_FILE;
use crate::files;

/// What a proof of a client begins with, behind 64 spaces; the hash of the handshake follows.
const PROOF: &[u8] = b"TLS 1.3, client CertificateVerify\0";
/// Bytes of the hashes there are.
const HASHES: [usize; 2] = [32, 48];

fn is_proof(message: &[u8]) -> bool {
    let hash = message
        .strip_prefix(&[b' '; 64])
        .and_then(|rest| rest.strip_prefix(PROOF));
    hash.is_some_and(|hash| HASHES.contains(&hash.len()))
}

/// A certificate, the key in it, and when both came. They are one file, so that neither is ever without the other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCertificate {
    /// In PEM, as the other two.
    key: String,
    certificate: String,
    chain: String,
    since: i64,
    /// Until when it is valid, in seconds since 1970.
    pub not_after: i64,
}

impl fmt::Debug for OwnCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnCertificate")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl OwnCertificate {
    /// One that was given now for this key.
    #[must_use]
    pub fn new(key: &KeyPair, given: CertificateGiven, now: i64) -> Self {
        Self {
            key: key_pem(key),
            certificate: given.certificate,
            chain: given.chain,
            since: now,
            not_after: given.not_after,
        }
    }

    /// The one in the folder of a server. What is damaged is none: another one is asked for.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(CERTIFICATE_FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps it in the folder of a server, where only its owner can read it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        files::private_folder(folder)?;
        let text = serde_json::to_vec(self)?;
        files::write(&folder.join(CERTIFICATE_FILE), &text, 0o600)
    }

    /// Whether two thirds of its life are over.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        let life = self.not_after.saturating_sub(self.since);
        now >= self.not_after.saturating_sub(life / 3)
    }

    /// What is shown of it: the certificate and those above it, in PEM.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}\n{}\n", self.certificate.trim(), self.chain.trim())
    }

    /// Signs what a client of TLS 1.3 proves with that it has the key (RFC 8446, 4.4.3), and nothing else.
    #[must_use]
    pub fn prove(&self, message: &[u8]) -> Option<Vec<u8>> {
        if !is_proof(message) {
            return None;
        }
        let key = PrivatePkcs8KeyDer::from_pem_slice(self.key.as_bytes()).ok()?;
        let key = KeyPair::from_pkcs8(key.secret_pkcs8_der()).ok()?;
        Some(key.sign(message).to_vec())
    }

    /// Key and certificates in PEM, as TLS shows them.
    #[must_use]
    pub fn pem(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.key.trim(),
            self.certificate.trim(),
            self.chain.trim()
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn certificate() -> OwnCertificate {
        let given = CertificateGiven {
            certificate: "certificate".to_owned(),
            chain: "chain".to_owned(),
            not_after: 1_900,
        };
        OwnCertificate::new(&KeyPair::generate(|seed| seed.fill(1)), given, 1_000)
    }

    #[test]
    fn it_is_kept_with_its_key_for_its_owner_alone_and_damage_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("server");
        assert_eq!(OwnCertificate::read(&state), None);
        certificate().keep(&state).unwrap();
        assert_eq!(OwnCertificate::read(&state), Some(certificate()));
        assert!(certificate().pem().starts_with("-----BEGIN PRIVATE KEY"));
        let file = state.join(CERTIFICATE_FILE);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&file, "{").unwrap();
        assert_eq!(OwnCertificate::read(&state), None);
    }

    #[test]
    fn it_proves_itself_to_servers_and_signs_nothing_else() {
        let proof = |context: &str, hash: usize| {
            let mut proof = vec![b' '; 64];
            proof.extend(context.bytes());
            proof.extend(vec![7; hash]);
            proof
        };
        let client = "TLS 1.3, client CertificateVerify\0";
        let message = proof(client, 48);
        let signed = certificate().prove(&message).unwrap();
        let key = KeyPair::generate(|seed| seed.fill(1));
        assert_eq!(signed, key.sign(&message));
        for other in [
            proof("TLS 1.3, server CertificateVerify\0", 32),
            proof(client, 33),
            message[1..].to_vec(),
            b"GET / HTTP/1.1".to_vec(),
        ] {
            assert_eq!(certificate().prove(&other), None);
        }
        assert!(!certificate().shown().contains("PRIVATE"));
    }

    #[test]
    fn it_is_renewed_when_two_thirds_of_its_life_are_over() {
        assert!(!certificate().is_due(1_599));
        assert!(certificate().is_due(1_600));
    }
}

//! Certificates of computers, by which they are known also to whoever ends TLS before the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::key::KeyPair;

/// Characters in a line of PEM.
const LINE: usize = 64;

/// What a computer asks to be certified: a key that it made for that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateWanted {
    /// PKCS #10 in PEM, as [`certificate_request`] writes it.
    pub certificate_request: String,
}

/// A certificate that a computer was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateGiven {
    /// In PEM.
    pub certificate: String,
    /// Those above it in PEM, its issuer first.
    pub chain: String,
    /// Until when it is valid, in seconds since 1970.
    pub not_after: i64,
}

/// A request for a certificate of `key`, in PEM. It names nobody: the server knows who asks.
#[must_use]
pub fn certificate_request(key: &KeyPair) -> String {
    pem("CERTIFICATE REQUEST", &request(key))
}

/// The key in PEM (PKCS #8), as TLS libraries read it.
#[must_use]
pub fn key_pem(key: &KeyPair) -> String {
    pem("PRIVATE KEY", &key.to_pkcs8())
}

/// With a key of Ed25519 and no name everything in it has a fixed length.
fn request(key: &KeyPair) -> Vec<u8> {
    const ALGORITHM: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    // Version 1 and no name.
    let mut info = vec![0x30, 0x33, 0x02, 0x01, 0x00, 0x30, 0x00];
    info.extend([0x30, 0x2a]);
    info.extend(ALGORITHM);
    info.extend([0x03, 0x21, 0x00]);
    info.extend(key.public().to_bytes());
    // No attributes.
    info.extend([0xa0, 0x00]);
    let signature = key.sign(&info);
    let mut request = vec![0x30, 0x7f];
    request.extend(info);
    request.extend(ALGORITHM);
    request.extend([0x03, 0x41, 0x00]);
    request.extend(signature);
    request
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = String::new();
    for line in text.as_bytes().chunks(LINE) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_as_long_as_it_says_and_signed_by_its_key() {
        let key = KeyPair::generate(|seed| seed.fill(1));
        let der = request(&key);
        assert_eq!(der.len(), 2 + usize::from(der[1]));
        let (info, rest) = der[2..].split_at(2 + usize::from(der[3]));
        assert!(key.public().verify(info, &rest[10..]));
        let text = certificate_request(&key);
        assert!(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
    }
}

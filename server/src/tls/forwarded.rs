//! The certificate of a client as proxies write it into a header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

/// The certificate (DER): escaped PEM as nginx writes it, or base64 as `HAProxy`, Caddy and, between colons, RFC 9440 do.
pub(super) fn certificate(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    if text.starts_with(b"-----BEGIN") || text.contains(&b'%') {
        let pem: Vec<u8> = percent_decode(text).collect();
        let certificate = CertificateDer::from_pem_slice(&pem).ok()?;
        return Some(certificate.to_vec());
    }
    let inner = text
        .strip_prefix(b":")
        .and_then(|text| text.strip_suffix(b":"));
    let certificate = STANDARD.decode(inner.unwrap_or(text)).ok()?;
    (!certificate.is_empty()).then_some(certificate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn pem(der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }

    proptest! {
        #[test]
        fn every_form_holds_the_same_certificate(der in proptest::collection::vec(any::<u8>(), 1..200)) {
            let bare = STANDARD.encode(&der);
            let escaped = percent_encode(pem(&der).as_bytes(), NON_ALPHANUMERIC).to_string();
            for text in [format!(":{bare}:"), format!(" {bare} "), bare, escaped] {
                prop_assert_eq!(certificate(text.as_bytes()), Some(der.clone()), "{}", text);
            }
        }

        #[test]
        fn anything_else_is_read_without_harm(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = certificate(&text);
        }
    }

    #[test]
    fn what_holds_no_certificate_is_none() {
        for text in [
            "",
            ":",
            "::",
            "%",
            "%2D",
            "-----BEGIN CERTIFICATE-----",
            "(null)",
        ] {
            assert_eq!(certificate(text.as_bytes()), None, "{text}");
        }
    }
}

//! Which certificates of servers are believed: those the system trusts, and an authority that somebody named. There is no way
//! to believe all.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// How TLS is spoken with a server whose own authority has these certificates (PEM).
///
/// # Errors
/// When the PEM has no certificate, or one that is none.
pub fn config(authority: Option<&str>) -> Result<Arc<ClientConfig>, Trouble> {
    let mut roots = RootCertStore::empty();
    // Of the system's those that can be read are enough.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = authority {
        for certificate in certificates(pem)? {
            roots.add(certificate).map_err(unusable)?;
        }
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(unusable)?;
    if found.is_empty() {
        return Err(unusable("it has no certificate"));
    }
    Ok(found)
}

fn unusable(reason: impl ToString) -> Trouble {
    Trouble::of(Kind::Usage, Text::ErrorAuthority, &[&reason.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_without_a_certificate_is_refused() {
        assert!(config(None).is_ok());
        assert!(config(Some("no certificate")).is_err());
    }
}

//! A certificate for first steps.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_db::Ts;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};

/// How long what is self-signed holds.
const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Clocks of computers may be slow.
const EARLIER: Duration = Duration::from_secs(60 * 60);

/// A certificate that was issued, as PEM.
#[derive(Clone)]
pub struct IssuedPem {
    /// The certificate, and those that lead from it to an authority.
    pub chain: String,
    /// Its key.
    pub key: String,
}

impl fmt::Debug for IssuedPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedPem")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

/// Issues the server's own certificate where no file and no other authority gives one.
#[async_trait]
pub trait FirstCertificate: fmt::Debug + Send + Sync {
    /// For a server with these names and addresses.
    ///
    /// # Errors
    /// When none is issued.
    async fn issue(
        &self,
        names: &[String],
        now: Ts,
    ) -> Result<IssuedPem, Box<dyn Error + Send + Sync>>;
}

/// Signs it with its own key.
#[derive(Debug, Clone, Copy, Default)]
pub struct SelfSigned;

#[async_trait]
impl FirstCertificate for SelfSigned {
    async fn issue(
        &self,
        names: &[String],
        now: Ts,
    ) -> Result<IssuedPem, Box<dyn Error + Send + Sync>> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = DistinguishedName::new();
        let name = names.first().map_or("migasfree", String::as_str);
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = (now - EARLIER).datetime();
        params.not_after = (now + LIFE).datetime();
        let certificate = params.self_signed(&key)?;
        Ok(IssuedPem {
            chain: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

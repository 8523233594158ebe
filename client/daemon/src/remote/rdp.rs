//! The certificate that the RDP service of this computer shows, so that whoever comes through the port `rdp` knows where they
//! are.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::ports::listening;

/// Where the service is.
const PORT: u16 = 3389;
/// Before the fingerprint in the list of services.
const CERTIFICATE: &str = "rdp_certificate ";
/// How long the service has to show it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks.
const AGAIN: Duration = Duration::from_secs(60);

/// A connection request (X.224) with what RDP negotiates: TLS, alone or with what follows it ([MS-RDPBCGR] 2.2.1.1).
const REQUEST: [u8; 19] = [
    0x03, 0x00, 0x00, 0x13, 0x0e, 0xe0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x08, 0x00, 0x03,
    0x00, 0x00, 0x00,
];
/// Bytes of a confirmation that chooses something.
const CONFIRMED: usize = 19;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct RdpCertificate(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    looked: Option<Instant>,
    fingerprint: Option<String>,
}

impl RdpCertificate {
    /// As it stands in the list of services.
    pub(super) fn service(&self) -> Option<String> {
        let known = self.known();
        let fingerprint = known.fingerprint.as_ref()?;
        Some(format!("{CERTIFICATE}{fingerprint}"))
    }

    /// Looks, if it is time to.
    pub(super) async fn look(&self) {
        if !listening().contains(&PORT) {
            *self.known() = Known::default();
            return;
        }
        let looked = self.known().looked;
        if looked.is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        let found = timeout(PATIENCE, shown(PORT)).await;
        *self.known() = Known {
            looked: Some(Instant::now()),
            fingerprint: found.ok().flatten(),
        };
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SHA-256 of the certificate that a service shows, in hexadecimal.
async fn shown(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    stream.write_all(&REQUEST).await.ok()?;
    let mut answer = [0; CONFIRMED];
    stream.read_exact(&mut answer).await.ok()?;
    if !chooses_tls(&answer) {
        return None;
    }
    let seen = Arc::new(Seen::new());
    let config = ClientConfig::builder_with_provider(Arc::clone(&seen.provider))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&seen) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    let connector = TlsConnector::from(Arc::new(config));
    // Only after the handshake is it sure that the service has the key, too.
    connector.connect(name, stream).await.ok()?;
    seen.fingerprint.get().cloned()
}

/// Whether a confirmation chooses TLS, or what begins with it.
fn chooses_tls(answer: &[u8; CONFIRMED]) -> bool {
    let (confirms, negotiates) = (answer[5] == 0xd0, answer[11] == 0x02);
    let chosen = u32::from_le_bytes([answer[15], answer[16], answer[17], answer[18]]);
    answer[0] == 0x03 && confirms && negotiates && chosen & 0b11 != 0
}

/// Notes the certificate: nobody else says whether it is the right one.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    fingerprint: OnceLock<String>,
}

impl Seen {
    fn new() -> Self {
        Self {
            provider: Arc::new(aws_lc_rs::default_provider()),
            fingerprint: OnceLock::new(),
        }
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let digest = Sha256::digest(shown);
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        // It is shown once in a handshake.
        let _ = self.fingerprint.set(hex);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::*;

    const TLS: [u8; CONFIRMED] = [
        0x03, 0x00, 0x00, 0x13, 0x0e, 0xd0, 0x00, 0x00, 0x12, 0x34, 0x00, 0x02, 0x00, 0x08, 0x00,
        0x01, 0x00, 0x00, 0x00,
    ];

    /// A service that answers so, and what its certificate is.
    async fn service(answer: [u8; CONFIRMED]) -> (u16, String) {
        let made = rcgen::generate_simple_self_signed(["pc7".to_owned()]).unwrap();
        let certificate = CertificateDer::from(made.cert.der().to_vec());
        let digest = Sha256::digest(&certificate);
        let fingerprint = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; REQUEST.len()];
            stream.read_exact(&mut asked).await.unwrap();
            assert_eq!(asked, REQUEST);
            stream.write_all(&answer).await.unwrap();
            let accepted = TlsAcceptor::from(Arc::new(config)).accept(stream).await;
            drop(accepted);
        });
        (port, fingerprint)
    }

    #[tokio::test]
    async fn the_certificate_is_the_one_that_the_service_shows() {
        let (port, fingerprint) = service(TLS).await;
        assert_eq!(shown(port).await, Some(fingerprint));
    }

    #[tokio::test]
    async fn a_service_without_tls_has_none() {
        let mut refusal = TLS;
        refusal[11] = 0x03;
        let mut plain = TLS;
        plain[15] = 0x00;
        for answer in [refusal, plain] {
            let (port, _) = service(answer).await;
            assert_eq!(shown(port).await, None);
        }
    }
}

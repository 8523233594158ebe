//! Connections under TLS 1.2 and 1.3, where clients may have to show certificates of their own.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_auth::{Handshake, Peer};
use migasfree_server_db::clock::Clock;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::{WebPkiClientVerifier, danger::ClientCertVerifier};
use tokio_rustls::rustls::time_provider::TimeProvider;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

use super::{Accepted, Acceptor};

/// What is offered, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Whose certificates are asked for.
#[derive(Debug, Clone)]
pub enum ClientCertificates {
    /// Nobody's.
    Unasked,
    /// Those that one of these authorities issued; who has none is let in.
    Asked(Vec<CertificateDer<'static>>),
    /// The same; who has none is refused.
    Demanded(Vec<CertificateDer<'static>>),
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The server's own certificate or its key.
    #[error("the server's certificate: {0}")]
    Own(#[from] rustls::Error),
    /// An authority that issues certificates of clients.
    #[error("the authorities for clients' certificates: {0}")]
    Authorities(#[source] Box<dyn Error + Send + Sync>),
}

/// Takes connections under TLS.
pub struct Tls(TlsAcceptor);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// With the server's certificate, those that lead from it to an authority, and its key.
    ///
    /// # Errors
    /// When the key is not that of the certificate, or an authority cannot be read.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        clients: ClientCertificates,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = verifier(clients, Arc::clone(&provider))?;
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(Time(clock)))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

fn verifier(
    clients: ClientCertificates,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let (authorities, demanded) = match clients {
        ClientCertificates::Unasked => return Ok(WebPkiClientVerifier::no_client_auth()),
        ClientCertificates::Asked(authorities) => (authorities, false),
        ClientCertificates::Demanded(authorities) => (authorities, true),
    };
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        let added = roots.add(authority);
        added.map_err(|error| TlsError::Authorities(error.into()))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if demanded {
        builder
    } else {
        builder.allow_unauthenticated()
    };
    let built = builder.build();
    built.map_err(|error| TlsError::Authorities(error.into()))
}

#[async_trait]
impl Acceptor for Tls {
    fn scheme(&self) -> &'static str {
        "https"
    }

    async fn accept(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Accepted> {
        let stream = self.0.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let shown = session.peer_certificates().and_then(<[_]>::first);
        let certificate = shown.map(|certificate| Arc::from(&certificate[..]));
        Ok(Accepted {
            stream: Box::new(stream),
            peer: Peer {
                address,
                tls: Some(Handshake { certificate }),
            },
        })
    }
}

/// The clock that was passed in, for the validity of certificates.
#[derive(Debug)]
struct Time(Arc<dyn Clock>);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

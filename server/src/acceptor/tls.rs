//! Connections under TLS 1.2 and 1.3, where clients may have to show certificates of their own.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_auth::{Handshake, Peer};
use migasfree_server_db::{Ts, clock::Clock};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{ResolvesServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::time_provider::TimeProvider;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::{Accepted, Acceptor};

/// What is offered, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// What an authority speaks that looks for the answer to its challenge (RFC 8737).
pub(crate) const CHALLENGE: &[u8] = b"acme-tls/1";

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

/// What is spoken.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spoken {
    /// Whether TLS 1.2 is left out.
    pub only_1_3: bool,
    /// Whether challenges of an authority are answered.
    pub challenges: bool,
}

impl Spoken {
    fn versions(self) -> Vec<&'static SupportedProtocolVersion> {
        if self.only_1_3 {
            vec![&TLS13]
        } else {
            vec![&TLS13, &TLS12]
        }
    }

    fn protocols(self) -> Vec<Vec<u8>> {
        let challenge = self.challenges.then_some(CHALLENGE);
        let all = PROTOCOLS.into_iter().chain(challenge);
        all.map(<[u8]>::to_vec).collect()
    }
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
        let provider = aws_lc_rs::default_provider();
        let own = CertifiedKey::from_der(chain, key, &provider)?;
        let shown = Arc::new(SingleCertAndKey::from(own));
        Self::showing(shown, Spoken::default(), verifier(clients)?, clock)
    }

    /// Shows what `shown` chooses at each handshake, and checks what clients show.
    ///
    /// # Errors
    /// When the system has no randomness for session tickets.
    pub fn showing(
        shown: Arc<dyn ResolvesServerCert>,
        spoken: Spoken,
        clients: Arc<dyn ClientCertVerifier>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(Time(clock)))
            .with_protocol_versions(&spoken.versions())?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(shown);
        config.alpn_protocols = spoken.protocols();
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

/// What checks the certificates of clients.
///
/// # Errors
/// When an authority cannot be read, or none is named.
pub fn verifier(clients: ClientCertificates) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
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
        let mut stream = self.0.accept(stream).await?;
        if stream.get_ref().1.alpn_protocol() == Some(CHALLENGE) {
            stream.shutdown().await?;
            return Err(io::Error::other(
                "an authority looked for the answer to its challenge",
            ));
        }
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
        unix_time(self.0.now())
    }
}

/// A moment, as certificates have it; nothing before 1970.
pub(crate) fn unix_time(at: Ts) -> Option<UnixTime> {
    let seconds = u64::try_from(at.seconds()).ok()?;
    Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

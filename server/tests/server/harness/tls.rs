//! Certificates made for one test, and the way to a server with them and without.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use migasfree_server::acceptor::{Acceptor, ClientCertificates, Plain, Stream, Tls};
use migasfree_server::app::Equipment;
use migasfree_server::config::Settings;
use migasfree_server_db::{Ts, clock::Clock};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use tokio::net::TcpStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, ServerName, UnixTime,
};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{Server, clock};

/// Issues certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = parameters(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// The same as text.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a request asks for, good for ninety days from a moment on.
    pub fn grant(&self, request: &[u8], from: Ts) -> String {
        let request = CertificateSigningRequestDer::from(request.to_vec());
        let mut request = CertificateSigningRequestParams::from_der(&request).unwrap();
        request.params.not_before = from.datetime();
        request.params.not_after = (from + Duration::from_secs(90 * 86_400)).datetime();
        request.signed_by(&self.0).unwrap().pem()
    }

    /// For a server on this machine.
    pub fn server(&self) -> Identity {
        let mut params = parameters(&["127.0.0.1", "0.0.0.0"], "server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params)
    }

    /// For a client, good until the beginning of a day.
    pub fn client(&self, until: (i32, u8, u8)) -> Identity {
        self.client_of("", until)
    }

    /// For a client that a unit is named of, as version 5 does.
    pub fn client_of(&self, unit: &str, (year, month, day): (i32, u8, u8)) -> Identity {
        let mut params = parameters(&["computer-7"], "computer-7");
        if !unit.is_empty() {
            let name = &mut params.distinguished_name;
            name.push(DnType::OrganizationalUnitName, unit);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = rcgen::date_time_ymd(year, month, day);
        self.issue(&params)
    }

    /// The same under another name, good for long.
    pub fn client_named(&self, name: &str, unit: &str) -> Identity {
        let mut params = parameters(&[], name);
        if !unit.is_empty() {
            let subject = &mut params.distinguished_name;
            subject.push(DnType::OrganizationalUnitName, unit);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params)
    }

    fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            key: key.into(),
        }
    }
}

impl Identity {
    /// The certificate and the key as files have them.
    pub fn pem(&self) -> (String, String) {
        (
            pem("CERTIFICATE", &self.certificate),
            pem("PRIVATE KEY", self.key.secret_der()),
        )
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n")
}

fn parameters(addresses: &[&str], name: &str) -> CertificateParams {
    let addresses: Vec<String> = addresses.iter().map(|&text| text.to_owned()).collect();
    let mut params = CertificateParams::new(addresses).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// How a server takes connections whose certificate this authority issued.
pub fn acceptor(authority: &Authority, clients: ClientCertificates, clock: Arc<dyn Clock>) -> Tls {
    let own = authority.server();
    Tls::new(vec![own.certificate], own.key, clients, clock).unwrap()
}

/// How another server than ours takes connections.
pub fn other_server(authority: &Authority) -> TlsAcceptor {
    let own = authority.server();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.certificate], own.key)
        .unwrap();
    Arc::new(config).into()
}

/// What a program believes, and what it shows.
pub fn program(authority: &Authority, shown: Option<&Identity>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match shown {
        Some(Identity { certificate, key }) => builder
            .with_client_auth_cert(vec![certificate.clone()], key.clone_key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    }
}

/// What a program believes that takes any certificate, to see which one is shown.
pub fn curious() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anything))
        .with_no_client_auth()
}

/// The certificate that a server shows to who asks for a name, if it lets them in.
pub async fn shown(
    config: ClientConfig,
    address: SocketAddr,
    name: &str,
) -> Option<CertificateDer<'static>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = connected.await.ok()?;
    let certificates = stream.get_ref().1.peer_certificates()?;
    Some(certificates[0].clone().into_owned())
}

/// Takes every certificate.
#[derive(Debug)]
struct Anything;

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = aws_lc_rs::default_provider();
        provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The way to a server.
pub struct Line {
    acceptor: Arc<dyn Acceptor>,
    connector: Option<TlsConnector>,
}

impl Line {
    pub fn plain() -> Self {
        Self {
            acceptor: Arc::new(Plain),
            connector: None,
        }
    }

    pub fn under_tls() -> Self {
        let authority = Authority::new("an authority");
        let acceptor = acceptor(&authority, ClientCertificates::Unasked, clock::standing());
        let config = Arc::new(program(&authority, None));
        Self {
            acceptor: Arc::new(acceptor),
            connector: Some(config.into()),
        }
    }

    /// A server that is reached this way.
    pub async fn server(&self, settings: Settings) -> Server {
        let equipment = Equipment {
            acceptor: Arc::clone(&self.acceptor),
            ..Equipment::default()
        };
        Server::equipped(equipment, settings).await
    }

    /// A connection on which requests can be sent.
    pub async fn connect(&self, address: SocketAddr) -> Box<dyn Stream> {
        self.over(TcpStream::connect(address).await.unwrap()).await
    }

    /// The same over a socket.
    pub async fn over(&self, stream: TcpStream) -> Box<dyn Stream> {
        let Some(connector) = &self.connector else {
            return Box::new(stream);
        };
        let name = ServerName::try_from("127.0.0.1").unwrap();
        Box::new(connector.connect(name, stream).await.unwrap())
    }
}

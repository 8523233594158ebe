//! Certificates made for one test, and the way to a server with them and without.

use std::net::SocketAddr;
use std::sync::Arc;

use migasfree_server::acceptor::{Acceptor, ClientCertificates, Plain, Stream, Tls};
use migasfree_server::app::Equipment;
use migasfree_server::config::Settings;
use migasfree_server_db::clock::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

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

    /// For a server on this machine.
    pub fn server(&self) -> Identity {
        let mut params = parameters(&["127.0.0.1"], "server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params)
    }

    /// For a client, good until the beginning of a day.
    pub fn client(&self, (year, month, day): (i32, u8, u8)) -> Identity {
        let mut params = parameters(&["computer-7"], "computer-7");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = rcgen::date_time_ymd(year, month, day);
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

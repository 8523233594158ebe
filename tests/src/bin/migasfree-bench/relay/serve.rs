//! The relay without a database: it knows every computer of the load, and lets everybody in.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use async_trait::async_trait;
use axum::serve::{Listener, ListenerExt as _};
use migasfree_grant::{
    Consent, Grant, Mode, OperatorIdentity, Recording, Service, Strength, Switches,
};
use migasfree_native::key::KeyPair;
use migasfree_server_db::Db;
use migasfree_server_db::clock::SystemClock;
use migasfree_server_db::random::SystemRandom;
use migasfree_server_events::Bus;
use migasfree_server_relay::{
    Acting, Begun, Certified, Enrolled, Handed, Orders, Parts, Recorded, Recordings, Relay,
    Sessions, Settings, Terms, Traffic, Trouble, router,
};
use migasfree_tunnel::message::{Failure, SessionEvent};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// The file of the certificate.
pub const CERTIFICATE: &str = "relay.pem";

/// Whose key is the server's.
pub const SERVER: i64 = 0;

/// The key of a computer.
pub fn key(computer: i64) -> KeyPair {
    KeyPair::generate(|seed: &mut [u8]| seed[..8].copy_from_slice(&(computer + 1).to_be_bytes()))
}

pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

/// A grant for a service of a computer.
pub fn grant(computer: i64) -> String {
    let now = now();
    let grant = Grant {
        session: format!("bench-{computer}"),
        issued: now,
        expires: now + 60,
        ends: now + 36_000,
        operator: OperatorIdentity {
            id: 1,
            name: "bench".to_owned(),
            strength: Strength::Password,
        },
        computer,
        key: key(computer).public().thumbprint().to_string(),
        service: Service::Port,
        mode: Mode::User,
        user: None,
        port: Some("bench".to_owned()),
        switches: Switches::default(),
        consent: Consent::Notify,
        recording: Recording::None,
        reason: String::new(),
        ticket: String::new(),
    };
    migasfree_grant::sign(&grant, &key(SERVER))
}

/// Lets this process have as many connections as it may, and says how many files that are.
pub fn raise_limit() -> Result<u64> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit)?;
    Ok(maximum.unwrap_or(u64::MAX))
}

/// Serves at an address until it is ended.
pub async fn serve(folder: &Path, address: &str) -> Result<()> {
    raise_limit()?;
    let copier = TcpListener::bind((address, 0)).await?;
    println!("copying on {}", copier.local_addr()?);
    tokio::spawn(copy(copier));
    let random = Arc::new(SystemRandom);
    let relay = Relay::from(Parts {
        sessions: Arc::new(Everybody::new()),
        orders: Arc::new(Nothing),
        settings: Settings {
            origin: String::new(),
            keep_alive: 120,
            resume_window: 120,
            agents: 100_000,
            sessions: 1_000,
            version_1: false,
        },
        server: *key(SERVER).public(),
        registry: Arc::default(),
        recordings: Recordings::open(folder, random.clone())?,
        clock: Arc::new(SystemClock),
        random,
        events: Bus::new(&Db::open_sqlite(folder).await?),
        stop: CancellationToken::new(),
    });
    relay.start();
    let routes = router::<()>(relay);
    let tls = Tls::bind(folder, address).await?;
    println!("relaying over TLS on {}", tls.address);
    let plain = TcpListener::bind((address, 0)).await?;
    println!("relaying on {}", plain.local_addr()?);
    let plain = plain.tap_io(|stream| {
        // A connection that is gone already shows it later.
        let _ = stream.set_nodelay(true);
    });
    tokio::try_join!(
        axum::serve(plain, routes.clone()).into_future(),
        axum::serve(tls, routes).into_future()
    )?;
    Ok(())
}

/// Connections whose handshake is done.
struct Tls {
    shaken: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Tls {
    /// Listens with a certificate that was made for this, and is in the folder for those who come.
    async fn bind(folder: &Path, address: &str) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        std::fs::write(folder.join(CERTIFICATE), made.cert.pem())?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der());
        let key = key.map_err(anyhow::Error::msg)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let (send, shaken) = mpsc::channel(64);
        tokio::spawn(shake(listener, TlsAcceptor::from(Arc::new(config)), send));
        Ok(Self { shaken, address })
    }
}

async fn shake(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    shaken: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    while let Ok((stream, from)) = listener.accept().await {
        let (acceptor, shaken) = (acceptor.clone(), shaken.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = shaken.send((stream, from)).await;
            }
        });
    }
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Copies what comes on one connection to the next one.
async fn copy(listener: TcpListener) {
    while let (Ok((mut from, _)), Ok((mut to, _))) =
        (listener.accept().await, listener.accept().await)
    {
        tokio::spawn(async move {
            let _ = (from.set_nodelay(true), to.set_nodelay(true));
            let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
        });
    }
}

/// Has nothing to be done.
#[derive(Debug)]
struct Nothing;

#[async_trait]
impl Orders for Nothing {
    async fn waiting(&self) -> Result<Vec<i64>, Trouble> {
        Ok(Vec::new())
    }

    async fn claim(&self, _: i64) -> Result<Vec<Handed>, Trouble> {
        Ok(Vec::new())
    }

    async fn told(&self, _: i64, _: &Acting) -> Result<(), Trouble> {
        Ok(())
    }
}

#[derive(Debug)]
struct Everybody(std::collections::HashMap<String, Enrolled>);

impl Everybody {
    fn new() -> Self {
        let known = (1..=20_000).map(|computer| {
            let key = *key(computer).public();
            (key.thumbprint().to_string(), Enrolled { computer, key })
        });
        Self(known.collect())
    }
}

#[async_trait]
impl Sessions for Everybody {
    async fn enrolled(&self, thumbprint: &str) -> Result<Option<Enrolled>, Trouble> {
        Ok(self.0.get(thumbprint).cloned())
    }

    async fn no_longer_enrolled(&self, _: &[String]) -> Result<Vec<String>, Trouble> {
        Ok(Vec::new())
    }

    async fn certified(&self, _: &[u8]) -> Result<Option<Certified>, Trouble> {
        Ok(None)
    }

    async fn start(&self, _: &str) -> Result<Duration, Failure> {
        Ok(Duration::from_secs(36_000))
    }

    async fn accepted(&self, _: &str, _: &Begun) -> Result<String, Failure> {
        Ok(String::new())
    }

    async fn resumed(&self, _: &str, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn detached(&self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn attached(&self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn ended(&self, _: &str, _: &Failure, _: Traffic) -> Result<(), Trouble> {
        Ok(())
    }

    async fn event(&self, _: &str, _: &SessionEvent) -> Result<(), Trouble> {
        Ok(())
    }

    async fn terms(&self, _: &str) -> Result<Option<Terms>, Trouble> {
        Ok(None)
    }

    async fn unfinished(&self) -> Result<Vec<String>, Trouble> {
        Ok(Vec::new())
    }

    async fn may_not_go_on(&self, _: &[String]) -> Result<Vec<(String, Failure)>, Trouble> {
        Ok(Vec::new())
    }

    async fn recorded(&self, _: &str, _: &Recorded) -> Result<(), Trouble> {
        Ok(())
    }
}

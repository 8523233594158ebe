//! A relay on a port of its own, and who it asks.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use migasfree_grant::{
    Consent, Grant, Mode, OperatorIdentity, Recording, Service, Strength, Switches,
};
use migasfree_native::key::KeyPair;
use migasfree_server_auth::{Handshake, Peer as PeerOf};
use migasfree_server_db::clock::ManualClock;
use migasfree_server_db::random::{Random as _, SeededRandom, SystemRandom};
use migasfree_server_db::{Db, Ts};
use migasfree_server_events::Bus;
use migasfree_server_relay::{
    Acting, Begun, Certified, Enrolled, Handed, Orders, Parts, Recorded, Recordings, Registry,
    Relay, Sessions, Settings, Terms, Traffic, Trouble, router,
};
use migasfree_tunnel::message::{Code, Failure, SessionEvent};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const ORIGIN: &str = "https://migasfree.example";
/// Seconds since 1970 at which all of this happens.
pub const NOW: i64 = 1_795_226_730;

/// Knows what it is told, across restarts of a relay.
#[derive(Debug, Default)]
pub struct Known(Mutex<State>);

#[derive(Debug, Default)]
pub struct State {
    keys: HashMap<String, Enrolled>,
    /// Computers by their certificates.
    pub certificates: HashMap<Vec<u8>, i64>,
    used: HashSet<String>,
    going: HashMap<String, Terms>,
    pub stopped: HashMap<String, Failure>,
    pub ended: HashMap<String, Code>,
    pub recorded: Vec<Recorded>,
    /// Orders that nobody was given yet, by computer.
    pub orders: HashMap<i64, Vec<Handed>>,
    /// What computers said of them.
    pub acted: Vec<(i64, Acting)>,
    server: Option<migasfree_native::key::PublicKey>,
}

impl Known {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

fn secret(session: &str) -> String {
    format!("the secret of {session}")
}

#[async_trait]
impl Sessions for Known {
    async fn enrolled(&self, thumbprint: &str) -> Result<Option<Enrolled>, Trouble> {
        Ok(self.state().keys.get(thumbprint).cloned())
    }

    async fn no_longer_enrolled(&self, thumbprints: &[String]) -> Result<Vec<String>, Trouble> {
        let state = self.state();
        let gone = |thumbprint: &&String| {
            !state.keys.contains_key(*thumbprint)
                && !state.certificates.contains_key(thumbprint.as_bytes())
        };
        Ok(thumbprints.iter().filter(gone).cloned().collect())
    }

    async fn certified(&self, certificate: &[u8]) -> Result<Option<Certified>, Trouble> {
        let state = self.state();
        let known = state.certificates.get(certificate).copied();
        Ok(known.map(|computer| Certified {
            computer,
            key: String::from_utf8_lossy(certificate).into_owned(),
        }))
    }

    async fn start(&self, grant: &str) -> Result<Duration, Failure> {
        let mut state = self.state();
        let grant = migasfree_grant::verify(grant, &state.server.unwrap(), NOW).unwrap();
        if !state.used.insert(grant.session.clone()) {
            return Err(Failure::new(Code::Used, "used"));
        }
        let terms = Terms {
            session: grant.session.clone(),
            computer: grant.computer,
            key: grant.key,
            service: grant.service,
            mode: grant.mode,
            switches: grant.switches,
            recording: grant.recording,
            ends: grant.ends,
            idle: Duration::from_secs(600),
        };
        state.going.insert(grant.session, terms);
        Ok(Duration::from_secs(600))
    }

    async fn accepted(&self, session: &str, _: &Begun) -> Result<String, Failure> {
        Ok(secret(session))
    }

    async fn resumed(&self, session: &str, shown: &str) -> Result<(), Failure> {
        if shown == secret(session) {
            Ok(())
        } else {
            Err(Failure::new(Code::Unknown, "another secret"))
        }
    }

    async fn detached(&self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn attached(&self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn ended(&self, session: &str, failure: &Failure, _: Traffic) -> Result<(), Trouble> {
        let mut state = self.state();
        state.going.remove(session);
        state.ended.insert(session.to_owned(), failure.code);
        Ok(())
    }

    async fn event(&self, _: &str, _: &SessionEvent) -> Result<(), Trouble> {
        Ok(())
    }

    async fn terms(&self, session: &str) -> Result<Option<Terms>, Trouble> {
        Ok(self.state().going.get(session).cloned())
    }

    async fn unfinished(&self) -> Result<Vec<String>, Trouble> {
        Ok(self.state().going.keys().cloned().collect())
    }

    async fn may_not_go_on(&self, sessions: &[String]) -> Result<Vec<(String, Failure)>, Trouble> {
        let state = self.state();
        let stopped = sessions.iter().filter_map(|session| {
            let failure = state.stopped.get(session)?;
            Some((session.clone(), failure.clone()))
        });
        Ok(stopped.collect())
    }

    async fn recorded(&self, _: &str, recorded: &Recorded) -> Result<(), Trouble> {
        self.state().recorded.push(recorded.clone());
        Ok(())
    }
}

#[async_trait]
impl Orders for Known {
    async fn waiting(&self) -> Result<Vec<i64>, Trouble> {
        Ok(self.state().orders.keys().copied().collect())
    }

    async fn claim(&self, computer: i64) -> Result<Vec<Handed>, Trouble> {
        Ok(self.state().orders.remove(&computer).unwrap_or_default())
    }

    async fn told(&self, computer: i64, acting: &Acting) -> Result<(), Trouble> {
        self.state().acted.push((computer, acting.clone()));
        Ok(())
    }
}

/// A running relay.
pub struct House {
    pub known: Arc<Known>,
    pub registry: Arc<Registry>,
    pub recordings: Recordings,
    pub events: Bus,
    pub address: SocketAddr,
    pub key: Arc<KeyPair>,
    pub folder: Arc<tempfile::TempDir>,
    pub clock: Arc<ManualClock>,
    relay: Relay,
    stop: CancellationToken,
}

impl House {
    pub async fn new() -> Self {
        let key = Arc::new(key(1));
        let known = Arc::<Known>::default();
        known.state().server = Some(*key.public());
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        Self::open(key, known, Arc::new(folder)).await
    }

    async fn open(key: Arc<KeyPair>, known: Arc<Known>, folder: Arc<tempfile::TempDir>) -> Self {
        let database = tempfile::tempdir().unwrap();
        let events = Bus::new(&Db::open_sqlite(database.path()).await.unwrap());
        let registry = Arc::<Registry>::default();
        let random = Arc::new(SystemRandom);
        let recordings = Recordings::open(folder.path(), random.clone()).unwrap();
        let stop = CancellationToken::new();
        let clock = Arc::new(ManualClock::at(Ts(NOW * 1_000_000)));
        let relay = Relay::from(Parts {
            sessions: known.clone(),
            orders: known.clone(),
            settings: Settings {
                origin: ORIGIN.to_owned(),
                keep_alive: 60,
                resume_window: 2,
                agents: 100,
                sessions: 100,
                version_1: true,
            },
            server: *key.public(),
            registry: registry.clone(),
            recordings: recordings.clone(),
            clock: clock.clone(),
            random,
            events: events.clone(),
            stop: stop.clone(),
        });
        relay.start();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = router::<()>(relay.clone()).layer(from_fn(shown));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            known,
            registry,
            recordings,
            events,
            address,
            key,
            folder,
            clock,
            relay,
            stop,
        }
    }

    /// Tells the server to stop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// The server, stopped and started anew.
    pub async fn restarted(self) -> Self {
        self.stop();
        self.relay.drained().await;
        Self::open(self.key, self.known, self.folder).await
    }

    /// Enrols a computer with a key.
    pub fn enrol(&self, computer: i64, key: &KeyPair) {
        let enrolled = Enrolled {
            computer,
            key: *key.public(),
        };
        let thumbprint = key.public().thumbprint().to_string();
        self.known.state().keys.insert(thumbprint, enrolled);
    }

    /// Takes a key back.
    pub fn revoke(&self, key: &KeyPair) {
        let thumbprint = key.public().thumbprint().to_string();
        self.known.state().keys.remove(&thumbprint);
    }

    pub fn sign(&self, grant: &Grant) -> String {
        migasfree_grant::sign(grant, &self.key)
    }
}

/// What a handshake verified, which tests say in a header.
async fn shown(mut request: Request, next: Next) -> Response {
    let certificate = request.headers().get(CERTIFICATE);
    let certificate = certificate.map(|shown| Arc::from(shown.as_bytes()));
    request.extensions_mut().insert(PeerOf {
        address: SocketAddr::from(([192, 0, 2, 7], 50_000)),
        tls: Some(Handshake { certificate }),
    });
    next.run(request).await
}

/// The certificate of whoever asks.
pub const CERTIFICATE: &str = "x-test-certificate";

pub fn key(seed: u64) -> KeyPair {
    let random = SeededRandom::new(seed);
    KeyPair::generate(|bytes: &mut [u8]| random.fill(bytes))
}

/// A grant for a terminal of a computer.
pub fn grant(session: &str, computer: i64, key: &KeyPair) -> Grant {
    Grant {
        session: session.to_owned(),
        issued: NOW,
        expires: NOW + 60,
        ends: NOW + 3_600,
        operator: OperatorIdentity {
            id: 1,
            name: "Ana".to_owned(),
            strength: Strength::Password,
        },
        computer,
        key: key.public().thumbprint().to_string(),
        service: Service::Terminal,
        mode: Mode::User,
        user: Some("pia".to_owned()),
        port: None,
        switches: Switches::default(),
        consent: Consent::Notify,
        recording: Recording::None,
        reason: String::new(),
        ticket: String::new(),
    }
}

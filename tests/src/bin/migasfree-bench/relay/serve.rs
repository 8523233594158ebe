//! The relay without a database: it knows every computer of the load, and lets everybody in.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use async_trait::async_trait;
use migasfree_grant::{
    Consent, Grant, Mode, OperatorIdentity, Recording, Service, Strength, Switches,
};
use migasfree_native::key::KeyPair;
use migasfree_server_db::Db;
use migasfree_server_db::clock::SystemClock;
use migasfree_server_db::random::SystemRandom;
use migasfree_server_events::Bus;
use migasfree_server_relay::{
    Begun, Certified, Enrolled, Parts, Recorded, Recordings, Relay, Sessions, Settings, Terms,
    Traffic, Trouble, router,
};
use migasfree_tunnel::message::{Failure, SessionEvent};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

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
        session: "bench".to_owned(),
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

/// Lets this process have as many connections as it may.
pub fn raise_limit() -> Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// Serves until it is ended.
pub async fn serve(folder: &Path) -> Result<()> {
    raise_limit()?;
    let copier = TcpListener::bind("127.0.0.1:0").await?;
    println!("copying on {}", copier.local_addr()?);
    tokio::spawn(copy(copier));
    let random = Arc::new(SystemRandom);
    let relay = Relay::from(Parts {
        sessions: Arc::new(Everybody::new()),
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
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("relaying on {}", listener.local_addr()?);
    Ok(axum::serve(listener, router::<()>(relay)).await?)
}

/// Copies what comes on one connection to the next one.
async fn copy(listener: TcpListener) {
    while let (Ok((mut from, _)), Ok((mut to, _))) =
        (listener.accept().await, listener.accept().await)
    {
        tokio::spawn(async move {
            let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
        });
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

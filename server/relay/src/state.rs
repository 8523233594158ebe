//! What the relay works with, and the sessions that go on.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{Extensions, StatusCode};
use migasfree_grant::GrantError;
use migasfree_native::key::PublicKey;
use migasfree_server_auth::Connection;
use migasfree_server_db::{clock::Clock, random::Random};
use migasfree_server_events::Bus;
use migasfree_tunnel::message::{Control, Failure, Resume, Welcome};
use migasfree_types::events::Event;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::drive::{Command, Phase, drive, patience};
use crate::failures;
use crate::limits::{Place, Waiting};
use crate::orders::{self, Orders};
use crate::outbox::Outbox;
use crate::recorder::{Recorder, Recordings};
use crate::registry::Registry;
use crate::sessions::{Sessions, Terms};
use crate::switch::Session;
use crate::{drain, watch};

/// What a relay goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The origin of the console: scheme, host and port.
    pub origin: String,
    /// Seconds of silence after which a peer is asked whether it is there.
    pub keep_alive: u16,
    /// Seconds an end may be away.
    pub resume_window: u16,
    /// Agents at the same time.
    pub agents: usize,
    /// Sessions at the same time.
    pub sessions: usize,
    /// Whether agents of version 1 are let in.
    pub version_1: bool,
}

/// What a relay is made of.
#[derive(Debug)]
pub struct Parts {
    /// Who knows computers, operators and rights.
    pub sessions: Arc<dyn Sessions>,
    /// Who knows what computers are to do.
    pub orders: Arc<dyn Orders>,
    /// The settings in force.
    pub settings: Settings,
    /// The server's key, with which it signs grants.
    pub server: PublicKey,
    /// The agents that are there.
    pub registry: Arc<Registry>,
    /// What terminals showed.
    pub recordings: Recordings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Live events.
    pub events: Bus,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}

/// The relay. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Relay(Arc<Inner>);

/// Its parts, and what goes on.
#[derive(Debug)]
pub struct Inner {
    parts: Parts,
    live: Mutex<HashMap<String, Arc<Session>>>,
    /// Held while a session of before is looked for, so that both ends find the same one.
    restoring: tokio::sync::Mutex<()>,
    waiting: Waiting,
    connections: AtomicU64,
    pub(crate) tasks: TaskTracker,
}

impl Deref for Relay {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl From<Parts> for Relay {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            live: Mutex::default(),
            restoring: tokio::sync::Mutex::default(),
            waiting: Waiting::default(),
            connections: AtomicU64::new(1),
            tasks: TaskTracker::new(),
        }))
    }
}

impl Relay {
    /// Begins to look after what goes on, until the server stops.
    pub fn start(&self) {
        self.tasks.spawn(watch::watch(self.clone()));
        self.tasks.spawn(watch::sweep(self.clone()));
        self.tasks.spawn(orders::deliver(self.clone()));
        self.tasks.spawn(drain::drain(self.clone()));
    }

    /// Waits, after the server was told to stop, until everybody was sent away and everything is written.
    pub async fn drained(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// A place for a connection of which nobody knows whose it is.
    pub(crate) fn enter(&self, extensions: &Extensions) -> Result<Place, StatusCode> {
        let address = extensions
            .get::<Connection>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |known| known.client);
        if self.stop.is_cancelled() {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        self.waiting.enter(address).ok_or_else(|| {
            self.refused("waiting");
            StatusCode::TOO_MANY_REQUESTS
        })
    }

    /// Counts somebody who is not let in.
    pub(crate) fn refused(&self, why: &'static str) {
        metrics::counter!("migasfree_relay_refused_total", "why" => why).increment(1);
    }

    /// The number of a new connection.
    pub(crate) fn connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Says hello to whoever connects, and returns the challenge.
    pub(crate) fn greet(&self, outbox: &Outbox) -> String {
        let nonce = hex::encode(self.random.bytes::<16>());
        outbox.hello(Welcome {
            nonce: Some(nonce.clone()),
            keep_alive: self.settings.keep_alive,
            session: None,
        });
        nonce
    }

    pub(crate) fn keep_alive(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings.keep_alive))
    }

    fn resume_window(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings.resume_window))
    }

    /// Tells everybody whether a computer's agent is there.
    pub(crate) fn tell(&self, computer: i64, online: bool) {
        self.events.send(Event::Presence {
            computer,
            online,
            at: self.clock.now().rfc3339(),
        });
    }

    /// Begins the session of a grant.
    pub(crate) async fn begin(
        &self,
        text: String,
        connection: u64,
        outbox: &Outbox,
    ) -> Result<Arc<Session>, Failure> {
        let now = self.clock.now().seconds();
        let grant = migasfree_grant::verify(&text, &self.server, now).map_err(not_good)?;
        let agent = self.registry.agent(grant.computer);
        let agent = agent.ok_or_else(failures::offline)?;
        if agent.key != grant.key {
            return Err(failures::another_key());
        }
        if self.live().len() >= self.settings.sessions {
            return Err(failures::full());
        }
        let idle = self.sessions.start(&text).await?;
        let terms = Terms {
            session: grant.session.clone(),
            computer: grant.computer,
            key: grant.key.clone(),
            service: grant.service,
            mode: grant.mode,
            switches: grant.switches,
            recording: grant.recording,
            ends: grant.ends,
            idle,
        };
        let session = self.go_on(terms, Phase::Asking, patience(grant.consent));
        let Some(slot) = agent.take_in(&session, 0) else {
            session.command(Command::End(failures::full()));
            return Err(failures::full());
        };
        session.attach_agent(slot, agent.connection, &agent.outbox, None);
        session.attach_operator(connection, outbox, None);
        agent.outbox.control(&Control::Start {
            session: grant.session,
            grant: text,
        });
        let there = self.registry.agent(agent.computer);
        if there.is_none_or(|there| there.connection != agent.connection) {
            session.leave(agent.connection);
        }
        Ok(session)
    }

    /// Goes on with the session of an operator who comes back.
    pub(crate) async fn resume(
        &self,
        resume: Resume,
        connection: u64,
        outbox: &Outbox,
    ) -> Result<Arc<Session>, Failure> {
        let found = self.restore(&resume.session).await?;
        let session = found.ok_or_else(failures::unknown_session)?;
        self.sessions
            .resumed(&resume.session, &resume.secret)
            .await?;
        session.attach_operator(connection, outbox, Some((resume.secret, resume.streams)));
        if self.known(&resume.session).is_none() {
            return Err(failures::unknown_session());
        }
        Ok(session)
    }

    /// A session that goes on here, or did before the server was started anew.
    pub(crate) async fn restore(&self, name: &str) -> Result<Option<Arc<Session>>, Failure> {
        let _restoring = self.restoring.lock().await;
        if let Some(known) = self.known(name) {
            return Ok(Some(known));
        }
        let terms = self.sessions.terms(name).await.map_err(|error| {
            tracing::error!(%error, "a session cannot be looked up");
            failures::internal()
        })?;
        let Some(terms) = terms else {
            return Ok(None);
        };
        let recorder = Recorder::begin(self, &terms).await;
        let session = self.go_on(terms, Phase::Running, self.resume_window());
        match recorder {
            Ok(recorder) => session.record(recorder),
            Err(failure) => session.command(Command::End(failure)),
        }
        Ok(Some(session))
    }

    /// A session that goes on here.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Session>> {
        self.live().get(name).map(Arc::clone)
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.live().values().map(Arc::clone).collect()
    }

    fn go_on(&self, terms: Terms, phase: Phase, patience: Duration) -> Arc<Session> {
        let (commands, coming) = mpsc::unbounded_channel();
        let name = terms.session.clone();
        let session = Arc::new(Session::new(
            terms,
            phase == Phase::Running,
            self.settings.resume_window,
            self.settings.keep_alive,
            commands,
        ));
        self.live().insert(name, Arc::clone(&session));
        let driven = drive(self.clone(), Arc::clone(&session), phase, patience, coming);
        self.tasks.spawn(driven);
        session
    }

    /// Forgets a session that is over.
    pub(crate) fn forget(&self, session: &Session) {
        self.live().remove(&session.terms.session);
        if let Some(agent) = self.registry.agent(session.terms.computer) {
            agent.forget(session);
        }
    }

    fn live(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn not_good(error: GrantError) -> Failure {
    match error {
        GrantError::Expired | GrantError::Future => failures::expired_grant(),
        GrantError::TooLong | GrantError::Malformed | GrantError::Signature | GrantError::Times => {
            failures::forged_grant()
        }
    }
}

//! Which agents are there. Only who has a place there gives it up.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::mpsc;

use crate::orders::Acting;
use crate::outbox::Outbox;
use crate::switch::{SLOTS, Session};

/// What is known of a computer whose agent is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it offers.
    pub services: Vec<String>,
    /// Where it is.
    pub address: IpAddr,
    /// Seconds since 1970 at which it came.
    pub since: i64,
    /// The version of its program.
    pub build: String,
    /// The thumbprint of its key, or what stands for that.
    pub key: String,
}

/// The agents by computer.
#[derive(Debug, Default)]
pub struct Registry(RwLock<HashMap<i64, Arc<Agent>>>);

/// An agent that has proved whose it is.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) computer: i64,
    /// The thumbprint of its key.
    pub(crate) key: String,
    /// Which connection it is; a later one has a higher number.
    pub(crate) connection: u64,
    pub(crate) outbox: Outbox,
    /// Takes down what it says of actions.
    pub(crate) acting: mpsc::Sender<Acting>,
    address: IpAddr,
    since: i64,
    build: String,
    services: Mutex<Vec<String>>,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    sessions: HashMap<u32, Arc<Session>>,
    /// The last slot that was given: one that is free again is not used at once, since frames of it may be on their way.
    last: u32,
}

impl Registry {
    /// What is known of a computer; `None` where its agent is not there.
    #[must_use]
    pub fn seen(&self, computer: i64) -> Option<Seen> {
        self.agent(computer).map(|agent| Seen {
            services: agent.services().clone(),
            address: agent.address,
            since: agent.since,
            build: agent.build.clone(),
            key: agent.key.clone(),
        })
    }

    /// The computers whose agents are there.
    #[must_use]
    pub fn online(&self) -> Vec<i64> {
        self.read().keys().copied().collect()
    }

    pub(crate) fn agent(&self, computer: i64) -> Option<Arc<Agent>> {
        self.read().get(&computer).map(Arc::clone)
    }

    pub(crate) fn all(&self) -> Vec<Arc<Agent>> {
        self.read().values().map(Arc::clone).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    /// Gives an agent the place of its computer, and returns who had it. Somebody with another key keeps it.
    pub(crate) fn enter(&self, agent: &Arc<Agent>) -> Result<Option<Arc<Agent>>, Arc<Agent>> {
        let mut agents = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match agents.get(&agent.computer) {
            Some(there) if there.key != agent.key => Err(Arc::clone(there)),
            _ => Ok(agents.insert(agent.computer, Arc::clone(agent))),
        }
    }

    /// Takes the place away from that connection; whether it still had it.
    pub(crate) fn leave(&self, agent: &Agent) -> bool {
        let mut agents = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let has_it = agents
            .get(&agent.computer)
            .is_some_and(|there| there.connection == agent.connection);
        if has_it {
            agents.remove(&agent.computer);
        }
        has_it
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<i64, Arc<Agent>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How an agent came.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) computer: i64,
    pub(crate) key: String,
    pub(crate) connection: u64,
    pub(crate) address: IpAddr,
    pub(crate) since: i64,
    pub(crate) build: String,
    pub(crate) services: Vec<String>,
}

impl Agent {
    pub(crate) fn new(arrival: Arrival, outbox: Outbox, acting: mpsc::Sender<Acting>) -> Self {
        Self {
            computer: arrival.computer,
            key: arrival.key,
            connection: arrival.connection,
            outbox,
            acting,
            address: arrival.address,
            since: arrival.since,
            build: arrival.build,
            services: Mutex::new(arrival.services),
            slots: Mutex::default(),
        }
    }

    pub(crate) fn offer(&self, services: Vec<String>) {
        *self.services() = services;
    }

    /// The session of a slot.
    pub(crate) fn session(&self, slot: u32) -> Option<Arc<Session>> {
        self.slots().sessions.get(&slot).map(Arc::clone)
    }

    /// The session of this name, if it is this agent's.
    pub(crate) fn named(&self, session: &str) -> Option<Arc<Session>> {
        let slots = self.slots();
        let mut sessions = slots.sessions.values();
        sessions
            .find(|known| known.terms.session == session)
            .map(Arc::clone)
    }

    pub(crate) fn sessions(&self) -> Vec<Arc<Session>> {
        self.slots().sessions.values().map(Arc::clone).collect()
    }

    /// Gives a session the slot it had, or else a new one; `None` where all are taken.
    pub(crate) fn take_in(&self, session: &Arc<Session>, had: u32) -> Option<u32> {
        let mut slots = self.slots();
        let slot = if had > 0 && had <= SLOTS && !slots.sessions.contains_key(&had) {
            had
        } else {
            let last = slots.last;
            let mut next = (1..=SLOTS).map(|step| (last + step - 1) % SLOTS + 1);
            next.find(|slot| !slots.sessions.contains_key(slot))?
        };
        slots.last = slots.last.max(slot) % SLOTS;
        slots.sessions.insert(slot, Arc::clone(session));
        Some(slot)
    }

    /// Forgets a session.
    pub(crate) fn forget(&self, session: &Session) {
        let name = &session.terms.session;
        self.slots()
            .sessions
            .retain(|_, known| known.terms.session != *name);
    }

    fn services(&self) -> MutexGuard<'_, Vec<String>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

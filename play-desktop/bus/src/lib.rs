//! The daemon as Play sees it, whatever shows it: the window, or a browser while the view is worked on.

mod calls;
mod convert;
mod fault;
mod link;
mod properties;
mod signals;
mod within;

pub use fault::internal;
pub use link::keep;
pub use within::within;

use crate::fault::daemon_missing;
use migasfree_play_records::{Event, Fault, Job, Link};
use std::{
    collections::{HashMap, HashSet},
    os::unix::fs::MetadataExt,
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;
use zbus::Connection;

/// Who is told what happens at the daemon.
pub trait Listener: Clone + Send + Sync + 'static {
    /// Something is new; the view shall know.
    fn tell(&self, event: Event);
    /// A job of this person asks something.
    fn ask_for_attention(&self);
    /// A job that was seen at work is over.
    fn job_ended(&self, job: Job);
}

/// Where the daemon is looked for; another bus is never tried instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// The system's.
    System,
    /// The person's own, for trying things.
    Session,
    /// The one at this address.
    At(String),
}

impl Bus {
    async fn connect(&self) -> zbus::Result<Connection> {
        match self {
            Self::System => Connection::system().await,
            Self::Session => Connection::session().await,
            Self::At(address) => {
                zbus::connection::Builder::address(address.as_str())
                    .build()
                    .await
            }
        }
    }
}

/// The daemon behind its bus, and the little Play remembers about it.
#[derive(Debug)]
pub struct Daemon {
    bus: Bus,
    uid: u32,
    connection: RwLock<Option<Connection>>,
    link: Mutex<Link>,
    active: Mutex<HashMap<String, Job>>,
    watched: Mutex<HashSet<String>>,
    retry: Notify,
    wants_sync: AtomicBool,
}

impl Daemon {
    /// Nothing is connected yet.
    pub fn new(bus: Bus) -> Self {
        Self {
            bus,
            uid: std::fs::metadata("/proc/self").map_or(0, |facts| facts.uid()),
            connection: RwLock::new(None),
            link: Mutex::new(Link::Connecting),
            active: Mutex::new(HashMap::new()),
            watched: Mutex::new(HashSet::new()),
            retry: Notify::new(),
            wants_sync: AtomicBool::new(false),
        }
    }

    /// Whether this is for trying things: not the system's bus.
    pub fn is_trial(&self) -> bool {
        self.bus != Bus::System
    }

    /// The way to the daemon, as it was seen last.
    pub fn link(&self) -> Link {
        *lock(&self.link)
    }

    /// Has the connection tried again at once.
    pub fn retry(&self) {
        self.retry.notify_one();
    }

    /// Has a synchronisation begun as soon as the daemon answers.
    pub async fn want_sync(&self) {
        self.wants_sync.store(true, Ordering::Relaxed);
        if self.link() == Link::Ready {
            self.sync_if_wanted().await;
        }
    }

    async fn sync_if_wanted(&self) {
        if self.wants_sync.swap(false, Ordering::Relaxed)
            && let Err(fault) = self.sync().await
        {
            tracing::warn!(
                code = fault.code,
                detail = fault.said.text,
                "no synchronisation"
            );
        }
    }

    /// Whether a job of this person is not over.
    pub fn has_own_work(&self) -> bool {
        lock(&self.active).values().any(|job| !job.foreign)
    }

    fn connection(&self) -> Result<Connection, Fault> {
        self.connection
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(daemon_missing)
    }

    fn set_connection(&self, connection: Option<Connection>) {
        *(self.connection.write()).unwrap_or_else(PoisonError::into_inner) = connection;
    }

    fn set_link(&self, listener: &impl Listener, link: Link) {
        *lock(&self.link) = link;
        if link != Link::Ready {
            lock(&self.active).clear();
        }
        listener.tell(Event::Link(link));
    }

    /// Notes a job; answers what is new about it.
    fn note(&self, job: &Job) -> News {
        let mut active = lock(&self.active);
        if job.is_over() {
            return match active.remove(&job.id) {
                Some(_) => News::Ended,
                None => News::Changed,
            };
        }
        match active.insert(job.id.clone(), job.clone()) {
            Some(before) if before == *job => News::Nothing,
            _ => News::Changed,
        }
    }
}

/// What is new about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// It is as it was known.
    Nothing,
    /// Something.
    Changed,
    /// It was seen at work, and is over.
    Ended,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

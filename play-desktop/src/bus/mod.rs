//! The daemon, as everything else in this shell sees it.

mod calls;
mod convert;
mod link;
mod properties;
mod signals;

pub use link::start;

use crate::fault::daemon_missing;
use migasfree_types::play::{Event, Fault, Job, Link};
use std::{
    collections::{HashMap, HashSet},
    os::unix::fs::MetadataExt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tauri::{AppHandle, Emitter};
use tokio::sync::Notify;
use zbus::Connection;

/// The daemon behind its bus, and the little Play remembers about it.
#[derive(Debug)]
pub struct Daemon {
    session: bool,
    uid: u32,
    connection: RwLock<Option<Connection>>,
    link: Mutex<Link>,
    active: Mutex<HashMap<String, Job>>,
    watched: Mutex<HashSet<String>>,
    retry: Notify,
    wants_sync: AtomicBool,
}

impl Daemon {
    /// Nothing is connected yet. `session` chooses the session bus; the other one is never tried instead.
    pub fn new(session: bool) -> Self {
        Self {
            session,
            uid: std::fs::metadata("/proc/self").map_or(0, |facts| facts.uid()),
            connection: RwLock::new(None),
            link: Mutex::new(Link::Connecting),
            active: Mutex::new(HashMap::new()),
            watched: Mutex::new(HashSet::new()),
            retry: Notify::new(),
            wants_sync: AtomicBool::new(false),
        }
    }

    /// Whether the session bus is used.
    pub fn session(&self) -> bool {
        self.session
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
    pub fn want_sync(self: &Arc<Self>) {
        self.wants_sync.store(true, Ordering::Relaxed);
        let daemon = self.clone();
        tauri::async_runtime::spawn(async move {
            if daemon.link() == Link::Ready {
                daemon.sync_if_wanted().await;
            }
        });
    }

    async fn sync_if_wanted(&self) {
        if self.wants_sync.swap(false, Ordering::Relaxed)
            && let Err(fault) = self.sync().await
        {
            tracing::warn!(
                code = fault.code,
                detail = fault.detail,
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

    fn set_link(&self, app: &AppHandle, link: Link) {
        *lock(&self.link) = link;
        if link != Link::Ready {
            lock(&self.active).clear();
        }
        tell(app, Event::Link(link));
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

/// Sends an event to the view.
pub fn tell(app: &AppHandle, event: Event) {
    if let Err(error) = app.emit("play", event) {
        tracing::warn!(%error, "the view could not be told");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

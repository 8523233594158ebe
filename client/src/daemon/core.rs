//! What all parts of the daemon share.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use migasfree_dbus::{Error, JobState};
use tokio::sync::Notify;

use super::access::Access;
use super::bus::Signals;
use super::catalog::{AppWork, Catalog, Renderer, Requests, Shelf, Viewer};
use super::jobs::{AppRef, JobStore, Jobs, Launcher, Task};
use super::known::Known;
use super::schedule::Schedule;
use crate::clock::Clock;
use crate::config::Settings;
use crate::sync::{Credentials, Engine, EngineError};

/// The daemon without its connection: state and rules.
#[derive(Debug)]
pub struct Core {
    /// What does the work.
    pub engine: Arc<dyn Engine>,
    /// The settings in force when the daemon started.
    pub settings: Settings,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who may do what.
    pub access: Access,
    /// The queue.
    pub jobs: Jobs,
    /// Starts workers.
    pub launcher: Launcher,
    /// The applications.
    pub catalog: Catalog,
    /// Requests for applications.
    pub requests: Requests,
    /// What the server said last about itself and this computer.
    pub known: Known,
    /// When to synchronise by itself.
    pub schedule: Schedule,
    /// The way to the bus.
    pub signals: Signals,
    /// Wakes the dispatcher.
    pub wake: Notify,
    /// One refresh from the server at a time.
    pub refreshing: tokio::sync::Mutex<()>,
    /// One look at the packages at a time.
    pub looking: tokio::sync::Mutex<()>,
    /// Passwords of registrations that wait; never written down.
    pub credentials: Mutex<BTreeMap<u64, Credentials>>,
}

/// What the parts of [`Core`] are made from.
#[derive(Debug)]
pub struct Parts {
    /// What does the work.
    pub engine: Arc<dyn Engine>,
    /// The settings in force.
    pub settings: Settings,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who may do what.
    pub access: Access,
    /// Starts workers.
    pub launcher: Launcher,
    /// Decodes images.
    pub renderer: Renderer,
    /// The folder of what must survive.
    pub state: PathBuf,
    /// The folder of what can be fetched again.
    pub cache: PathBuf,
}

impl Core {
    /// Opens what is on disk.
    pub fn open(parts: Parts) -> io::Result<Arc<Self>> {
        let jobs = Jobs::load(JobStore::open(&parts.state.join("jobs"))?)?;
        Ok(Arc::new(Self {
            catalog: Catalog::open(&parts.cache, parts.renderer)?,
            requests: Requests::open(&parts.state.join("requests.json")),
            known: Known::open(&parts.cache.join("server.json")),
            schedule: Schedule::open(&parts.state.join("schedule.json")),
            signals: Signals::default(),
            wake: Notify::new(),
            refreshing: tokio::sync::Mutex::new(()),
            looking: tokio::sync::Mutex::new(()),
            credentials: Mutex::default(),
            engine: parts.engine,
            settings: parts.settings,
            clock: parts.clock,
            access: parts.access,
            launcher: parts.launcher,
            jobs,
        }))
    }

    /// Now, Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// What decides how applications look now.
    #[must_use]
    pub fn shelf(&self) -> Shelf {
        let mut work = BTreeMap::new();
        self.jobs.for_each_unfinished(|job, position| {
            for app in job.stored.task.apps() {
                work.entry(app).or_insert(AppWork {
                    job: job.stored.id,
                    removes: matches!(job.stored.task, Task::RemoveApps { .. }),
                    position,
                    unauthorized: job.view.state == JobState::Authorizing,
                    percent: job.view.percent,
                });
            }
        });
        Shelf {
            offer: self.catalog.offer(),
            facts: self.catalog.facts(),
            work,
            now: self.now(),
        }
    }

    /// The applications of these ids with their packages; `NotFound` names the first that is not offered.
    /// The flag says that it is for administrators.
    pub fn offered(&self, ids: &[u32]) -> Result<Vec<(AppRef, Vec<String>, bool)>, Error> {
        let offer = self.catalog.offer();
        ids.iter()
            .map(|id| {
                let app = offer.app(*id).ok_or_else(|| {
                    Error::NotFound(format!("the catalogue has no application {id}"))
                })?;
                let reference = AppRef {
                    id: *id,
                    name: app.name.clone(),
                };
                Ok((
                    reference,
                    offer.packages(app).to_vec(),
                    app.needs_administrator(),
                ))
            })
            .collect()
    }

    /// Remembers the password of a registration.
    pub fn keep_credentials(&self, job: u64, credentials: Credentials) {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(job, credentials);
    }

    /// The password of a registration, once.
    pub fn take_credentials(&self, job: u64) -> Option<Credentials> {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&job)
    }

    /// States as anybody would see them, for broadcasts.
    #[must_use]
    pub fn public_states(&self) -> BTreeMap<u32, migasfree_dbus::AppState> {
        self.shelf()
            .states(Viewer::ANYBODY)
            .into_iter()
            .map(|(id, (state, _))| (id, state))
            .collect()
    }
}

/// An error of the engine in the words of the bus.
#[must_use]
pub fn bus_error(error: &EngineError) -> Error {
    use crate::pms::PmsError;
    let text = error.to_string();
    match error {
        EngineError::Offline(_) | EngineError::Saturated { .. } => Error::Offline(text),
        EngineError::NotRegistered => Error::NotRegistered(text),
        EngineError::NoPackageManager => Error::BackendMissing(text),
        EngineError::InvalidTag(_) | EngineError::Packages(PmsError::InvalidName(_)) => {
            Error::InvalidArgument(text)
        }
        EngineError::Packages(PmsError::NotFound(_)) => Error::NotFound(text),
        EngineError::Packages(PmsError::LockTimeout(_)) => Error::Locked(text),
        EngineError::Locked(_) => Error::Busy(text),
        EngineError::Packages(_) => Error::NotAvailable(text),
        _ => Error::ServerError(text),
    }
}

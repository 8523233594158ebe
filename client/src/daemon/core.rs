//! What all parts of the daemon share.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use migasfree_dbus::{Error, JobState};
use tokio::sync::Notify;

use super::access::{Access, Slots};
use super::asking::Asking;
use super::catalog::{AppWork, Catalog, Renderer, Requests, Shelf, Viewer};
use super::hold::Holds;
use super::jobs::{AppRef, JobStore, Jobs, Launcher};
use super::known::Known;
use super::opener::{Opener, Stamp};
use super::pulse::Pulse;
use super::schedule::Schedule;
use super::signals::Signals;
use super::tasks::Tasks;
use crate::clock::Clock;
use crate::config::Settings;
use crate::pms::InstalledPackage;
use crate::sync::{Engine, EngineError};

/// Questions to the package manager that are answered side by side; each is a program that runs.
const QUESTIONS: usize = 4;

/// The daemon without its connection: state and rules.
#[derive(Debug)]
pub struct Core {
    /// What does the work, with the settings it does it by.
    at_work: RwLock<(Arc<dyn Engine>, Arc<Settings>)>,
    /// Opens the engine anew when the settings change.
    pub opener: Arc<dyn Opener>,
    /// The files of the settings as they were when the engine was opened.
    pub settings_stamp: tokio::sync::Mutex<Stamp>,
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
    /// Their exchange with the server.
    pub asking: Asking,
    /// What the server said last about itself and this computer.
    pub known: Known,
    /// When to synchronise by itself.
    pub schedule: Schedule,
    /// Who holds background jobs back.
    pub holds: Holds,
    /// The way to the bus.
    pub signals: Signals,
    /// What runs in the daemon itself.
    pub tasks: Tasks,
    /// Whether the task that does the jobs answers.
    pub pulse: Pulse,
    /// Wakes the dispatcher.
    pub wake: Notify,
    /// One writer at a time: the job that runs, or the daemon telling the server what waited for it.
    pub writing: tokio::sync::Mutex<()>,
    /// One refresh from the server at a time.
    pub refreshing: tokio::sync::Mutex<()>,
    /// One fetch of the catalogue at a time.
    pub fetching: tokio::sync::Mutex<()>,
    /// One look at the packages at a time.
    pub looking: tokio::sync::Mutex<()>,
    /// One look for updates at a time.
    pub counting: tokio::sync::Mutex<()>,
    /// A few questions to the package manager at a time.
    pub questions: tokio::sync::Semaphore,
    /// Fewer of one person.
    pub slots: Slots,
}

/// What the parts of [`Core`] are made from.
#[derive(Debug)]
pub struct Parts {
    /// What does the work.
    pub engine: Arc<dyn Engine>,
    /// The settings in force.
    pub settings: Settings,
    /// Opens the engine anew when the settings change.
    pub opener: Arc<dyn Opener>,
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
            asking: Asking::default(),
            known: Known::open(&parts.cache.join("server.json")),
            schedule: Schedule::open(&parts.state.join("schedule.json")),
            holds: Holds::default(),
            signals: Signals::default(),
            tasks: Tasks::default(),
            pulse: Pulse::default(),
            wake: Notify::new(),
            writing: tokio::sync::Mutex::new(()),
            refreshing: tokio::sync::Mutex::new(()),
            fetching: tokio::sync::Mutex::new(()),
            looking: tokio::sync::Mutex::new(()),
            counting: tokio::sync::Mutex::new(()),
            questions: tokio::sync::Semaphore::new(QUESTIONS),
            slots: Slots::default(),
            settings_stamp: tokio::sync::Mutex::new(Stamp::of(&parts.settings.file)),
            at_work: RwLock::new((parts.engine, Arc::new(parts.settings))),
            opener: parts.opener,
            clock: parts.clock,
            access: parts.access,
            launcher: parts.launcher,
            jobs,
        }))
    }

    /// What does the work.
    #[must_use]
    pub fn engine(&self) -> Arc<dyn Engine> {
        let at_work = self.at_work.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&at_work.0)
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        let at_work = self.at_work.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&at_work.1)
    }

    /// From now on this engine does the work.
    pub fn replace_engine(&self, engine: Arc<dyn Engine>, settings: Settings) {
        let mut at_work = self.at_work.write().unwrap_or_else(PoisonError::into_inner);
        *at_work = (engine, Arc::new(settings));
    }

    /// A turn to ask the package manager something.
    pub async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        // It is never closed.
        self.questions.acquire().await.ok()
    }

    /// The packages of this computer.
    pub async fn installed(&self) -> Result<Vec<InstalledPackage>, Error> {
        let _turn = self.turn().await;
        let installed = self.engine().installed().await;
        installed.map_err(|error| bus_error(&error))
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
                    role: job.stored.task.role(),
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
        EngineError::NotRegistered | EngineError::WhoRegisters(_) => Error::NotRegistered(text),
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

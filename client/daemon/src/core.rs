//! The services of the daemon. Each owns its state and knows nothing of the others; who does something with several of them
//! takes those.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::access::Access;
use super::catalog::{Catalog, Renderer, Requests};
use super::computer::Computer;
use super::hold::Holds;
use super::jobs::{JobStore, Jobs, Launcher};
use super::known::Known;
use super::opener::Opener;
use super::questions::Questions;
use super::runner::Runner;
use super::schedule::Schedule;
use super::signals::Signals;
use super::tasks::Tasks;
use crate::clock::Clock;
use crate::config::Settings;
use crate::sync::Engine;

/// The daemon without its connection.
#[derive(Debug)]
pub struct Core {
    /// What does the work, by which settings.
    pub computer: Computer,
    /// Who may do what.
    pub access: Access,
    /// The queue.
    pub jobs: Jobs,
    /// How they get their turn.
    pub runner: Runner,
    /// Who holds background jobs back.
    pub holds: Holds,
    /// When to synchronise by itself.
    pub schedule: Schedule,
    /// The applications.
    pub catalog: Catalog,
    /// Requests for applications.
    pub requests: Requests,
    /// What the server said last about itself and this computer.
    pub known: Known,
    /// Questions to the package manager.
    pub questions: Questions,
    /// The way to the bus.
    pub signals: Signals,
    /// What runs in the daemon itself.
    pub tasks: Tasks,
}

/// What the services of [`Core`] are made from.
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
        Ok(Arc::new(Self {
            jobs: Jobs::load(JobStore::open(&parts.state.join("jobs"))?)?,
            runner: Runner::new(parts.launcher),
            holds: Holds::default(),
            schedule: Schedule::open(&parts.state.join("schedule.json")),
            catalog: Catalog::open(&parts.cache, parts.renderer)?,
            requests: Requests::open(&parts.state.join("requests.json")),
            known: Known::open(&parts.cache.join("server.json")),
            questions: Questions::default(),
            signals: Signals::default(),
            tasks: Tasks::default(),
            computer: Computer::new(parts.engine, parts.settings, parts.opener, parts.clock),
            access: parts.access,
        }))
    }
}

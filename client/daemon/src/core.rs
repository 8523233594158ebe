//! Wires the daemon: makes each service once and gives it those it uses. It does nothing itself, and no service knows it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::access::Access;
use super::actions::{self, Actions};
use super::aftermath::Aftermath;
use super::catalog::{Catalog, Renderer, Requests};
use super::computer::Computer;
use super::contact::Contact;
use super::desk::Desk;
use super::dispatch::Dispatch;
use super::ending::Ending;
use super::exchange::Courier;
use super::hold::Holds;
use super::jobs::{JobStore, Jobs, Launcher};
use super::known::Known;
use super::news::News;
use super::opener::Opener;
use super::questions::Questions;
use super::quiet::Quiet;
use super::refresh::Refresh;
use super::remote::{self, Remote};
use super::runner::Runner;
use super::schedule::Schedule;
use super::settings::SettingsKeeper;
use super::signals::Signals;
use super::stock::Stock;
use super::tasks::Tasks;
use super::timer::Timer;
use super::turn::Turn;
use super::workers::Workers;
use crate::clock::Clock;
use crate::config::Settings;
use crate::sync::Engine;

/// What the bus and the tasks of the daemon are given their services from.
#[derive(Debug)]
pub struct Core {
    /// What does the work, by which settings.
    pub computer: Arc<Computer>,
    /// Who may do what.
    pub access: Arc<Access>,
    /// The queue.
    pub jobs: Arc<Jobs>,
    /// How they get their turn.
    pub runner: Arc<Runner>,
    /// Who holds background jobs back.
    pub holds: Arc<Holds>,
    /// When to synchronise by itself.
    pub schedule: Arc<Schedule>,
    /// The applications.
    pub catalog: Arc<Catalog>,
    /// Requests for applications.
    pub requests: Arc<Requests>,
    /// What the server said last about itself and this computer.
    pub known: Arc<Known>,
    /// Questions to the package manager.
    pub questions: Arc<Questions>,
    /// The way to the bus.
    pub signals: Arc<Signals>,
    /// What happened.
    pub news: News,
    /// What runs in the daemon itself.
    pub tasks: Tasks,
    /// Where jobs are asked for.
    pub desk: Desk,
    /// Runs them.
    pub dispatch: Dispatch,
    /// Closes them.
    pub ending: Ending,
    /// Looks at catalogue and packages.
    pub stock: Stock,
    /// Carries requests and decisions.
    pub courier: Courier,
    /// Asks the server for what is cached.
    pub refresh: Refresh,
    /// Has synchronisations queued.
    pub timer: Timer,
    /// Has background jobs wait.
    pub quiet: Quiet,
    /// Takes in changed settings.
    pub settings: SettingsKeeper,
    /// Lets somebody help from afar.
    pub remote: Remote,
    /// Carries out what the server orders.
    pub actions: Actions,
}

/// What the services are made from.
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
    /// What remote support is made from.
    pub remote: remote::Setup,
    /// The folder of what must survive.
    pub state: PathBuf,
    /// The folder of what can be fetched again.
    pub cache: PathBuf,
}

/// What keeps something: each its own, and none knows another.
struct Kept {
    computer: Arc<Computer>,
    access: Arc<Access>,
    jobs: Arc<Jobs>,
    runner: Arc<Runner>,
    holds: Arc<Holds>,
    schedule: Arc<Schedule>,
    catalog: Arc<Catalog>,
    requests: Arc<Requests>,
    known: Arc<Known>,
    signals: Arc<Signals>,
    news: News,
    tasks: Tasks,
    remote: Arc<remote::State>,
    actions: Arc<actions::State>,
}

impl Core {
    /// Opens what is on disk.
    pub fn open(parts: Parts) -> io::Result<Self> {
        let Parts {
            engine,
            settings,
            opener,
            clock,
            access,
            launcher,
            renderer,
            remote,
            state,
            cache,
        } = parts;
        Ok(Self::over(Kept {
            jobs: Arc::new(Jobs::load(JobStore::open(&state.join("jobs"))?)?),
            runner: Arc::new(Runner::new(launcher)),
            holds: Arc::default(),
            schedule: Arc::new(Schedule::open(&state.join("schedule.json"))),
            catalog: Arc::new(Catalog::open(&cache, renderer)?),
            requests: Arc::new(Requests::open(&state.join("requests.json"))),
            known: Arc::new(Known::open(&cache.join("server.json"))),
            signals: Arc::default(),
            news: News::default(),
            tasks: Tasks::default(),
            remote: Arc::new(remote::State::open(remote)?),
            actions: Arc::new(actions::State::open(&state)?),
            computer: Arc::new(Computer::new(engine, settings, opener, clock)),
            access: Arc::new(access),
        }))
    }

    fn over(kept: Kept) -> Self {
        let stock = kept.stock();
        let courier = kept.courier(&stock);
        let refresh = kept.refresh(&stock, &courier);
        let ending = kept.ending();
        let desk = kept.desk(&ending);
        let actions = kept.actions(&desk);
        let aftermath = kept.aftermath(&stock, &refresh, &desk, &actions);
        Self {
            dispatch: kept.dispatch(&desk, kept.turn(&ending, aftermath)),
            timer: kept.timer(&desk),
            quiet: kept.quiet(),
            settings: kept.settings(&refresh),
            remote: kept.remote(),
            actions,
            questions: Arc::default(),
            stock,
            courier,
            refresh,
            ending,
            desk,
            computer: kept.computer,
            access: kept.access,
            jobs: kept.jobs,
            runner: kept.runner,
            holds: kept.holds,
            schedule: kept.schedule,
            catalog: kept.catalog,
            requests: kept.requests,
            known: kept.known,
            signals: kept.signals,
            news: kept.news,
            tasks: kept.tasks,
        }
    }
}

impl Kept {
    fn contact(&self) -> Contact {
        Contact {
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
            news: self.news.clone(),
        }
    }

    fn stock(&self) -> Stock {
        Stock {
            computer: Arc::clone(&self.computer),
            catalog: Arc::clone(&self.catalog),
            jobs: Arc::clone(&self.jobs),
            contact: self.contact(),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn courier(&self, stock: &Stock) -> Courier {
        Courier {
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
            requests: Arc::clone(&self.requests),
            contact: self.contact(),
            stock: stock.clone(),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn refresh(&self, stock: &Stock, courier: &Courier) -> Refresh {
        Refresh {
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
            runner: Arc::clone(&self.runner),
            contact: self.contact(),
            stock: stock.clone(),
            courier: courier.clone(),
            news: self.news.clone(),
        }
    }

    fn ending(&self) -> Ending {
        Ending {
            computer: Arc::clone(&self.computer),
            jobs: Arc::clone(&self.jobs),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn desk(&self, ending: &Ending) -> Desk {
        Desk {
            computer: Arc::clone(&self.computer),
            access: Arc::clone(&self.access),
            jobs: Arc::clone(&self.jobs),
            runner: Arc::clone(&self.runner),
            ending: ending.clone(),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn aftermath(
        &self,
        stock: &Stock,
        refresh: &Refresh,
        desk: &Desk,
        actions: &Actions,
    ) -> Aftermath {
        Aftermath {
            computer: Arc::clone(&self.computer),
            schedule: Arc::clone(&self.schedule),
            contact: self.contact(),
            stock: stock.clone(),
            refresh: refresh.clone(),
            desk: desk.clone(),
            actions: actions.clone(),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn dispatch(&self, desk: &Desk, turn: Turn) -> Dispatch {
        Dispatch {
            computer: Arc::clone(&self.computer),
            jobs: Arc::clone(&self.jobs),
            runner: Arc::clone(&self.runner),
            holds: Arc::clone(&self.holds),
            desk: desk.clone(),
            turn,
            news: self.news.clone(),
        }
    }

    fn turn(&self, ending: &Ending, aftermath: Aftermath) -> Turn {
        Turn {
            computer: Arc::clone(&self.computer),
            access: Arc::clone(&self.access),
            jobs: Arc::clone(&self.jobs),
            schedule: Arc::clone(&self.schedule),
            catalog: Arc::clone(&self.catalog),
            workers: self.workers(),
            ending: ending.clone(),
            aftermath,
        }
    }

    fn workers(&self) -> Workers {
        Workers {
            computer: Arc::clone(&self.computer),
            jobs: Arc::clone(&self.jobs),
            runner: Arc::clone(&self.runner),
            signals: Arc::clone(&self.signals),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }

    fn timer(&self, desk: &Desk) -> Timer {
        Timer {
            computer: Arc::clone(&self.computer),
            jobs: Arc::clone(&self.jobs),
            schedule: Arc::clone(&self.schedule),
            desk: desk.clone(),
            signals: Arc::clone(&self.signals),
            news: self.news.clone(),
        }
    }

    fn quiet(&self) -> Quiet {
        Quiet {
            computer: Arc::clone(&self.computer),
            holds: Arc::clone(&self.holds),
            runner: Arc::clone(&self.runner),
            tasks: self.tasks.clone(),
        }
    }

    fn remote(&self) -> Remote {
        Remote {
            computer: Arc::clone(&self.computer),
            signals: Arc::clone(&self.signals),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
            state: Arc::clone(&self.remote),
        }
    }

    fn actions(&self, desk: &Desk) -> Actions {
        Actions {
            computer: Arc::clone(&self.computer),
            jobs: Arc::clone(&self.jobs),
            runner: Arc::clone(&self.runner),
            signals: Arc::clone(&self.signals),
            desk: desk.clone(),
            remote: self.remote(),
            tasks: self.tasks.clone(),
            state: Arc::clone(&self.actions),
        }
    }

    fn settings(&self, refresh: &Refresh) -> SettingsKeeper {
        SettingsKeeper {
            computer: Arc::clone(&self.computer),
            access: Arc::clone(&self.access),
            catalog: Arc::clone(&self.catalog),
            known: Arc::clone(&self.known),
            requests: Arc::clone(&self.requests),
            refresh: refresh.clone(),
            news: self.news.clone(),
            tasks: self.tasks.clone(),
        }
    }
}

//! The daemon: `org.migasfree.Client1` on the bus, the queue of jobs, and the caches that answer without the server.
//!
//! The daemon itself only decides and remembers. A job that writes runs in a process of its own, `migasfreed run-job`:
//! under systemd as the transient unit `migasfree-job-<id>`, elsewhere in a process group of its own. It has neither the
//! daemon's hardening nor its life span. The two talk through the job's folder: the worker appends to
//! `events` and `output`, the daemon reads them, and a lock on the folder says whether the worker lives. A daemon that
//! starts again therefore finds every job as it is.
//!
//! | Module | What |
//! |---|---|
//! | [`access`] | who calls, what they may do, limits |
//! | [`computer`] | what does the work, the settings, the clock |
//! | [`jobs`], `runner` | records, queue, workers; how jobs get their turn |
//! | `dispatch`, `resolve` | a job's life from the call to the end, and what its task means when it runs |
//! | [`catalog`], `offered` | applications, states, images, requests; all of it with the work that goes on |
//! | `questions` | whose turn it is to ask the package manager |
//! | `known`, `refresh`, `icons`, `exchange` | what the server said, keeping it fresh, its images, requests on their way |
//! | `schedule`, `timer`, `quiet` | when to synchronise, doing so, and who holds that back |
//! | `opener`, `settings` | take in changed settings without a restart |
//! | `signals`, [`bus`] | the way to the bus; the interfaces and what they tell |
//! | [`tasks`], `pulse`, `watchdog` | what runs in the daemon itself, and who notices when it does not any more |

pub mod access;
pub mod bus;
pub mod catalog;
pub mod computer;
pub mod core;
mod describe;
mod dispatch;
mod error;
mod exchange;
pub mod hold;
mod icons;
mod inhibit;
pub mod jobs;
pub mod known;
mod offered;
pub mod opener;
mod plan;
mod pulse;
mod questions;
mod quiet;
mod refresh;
mod resolve;
mod rights;
mod runner;
pub mod schedule;
mod secret;
mod settings;
pub mod signals;
pub mod start;
mod store;
pub mod tasks;
pub mod texts;
mod timer;
mod watchdog;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use migasfree_dbus::names::BUS_NAME;
use zbus::Connection;
use zbus::fdo::{DBusProxy, RequestNameFlags};

use self::core::Core;
use self::tasks::Lost;
use self::watchdog::Watchdog;
use crate::clock::is_younger;

// The floors below, under the names they have here.
use migasfree_client_base::{job, observer, paths};
use migasfree_client_engine::{config, identity, sync, transport};
use migasfree_client_packages as pms;
use migasfree_client_policy as policy;
use migasfree_client_system::{clock, process, random};

/// A catalogue younger than this is not asked for when the daemon starts, seconds.
const FRESH: i64 = 15 * 60;
/// The catalogue is asked for at least this often, seconds.
const INTERVAL: u64 = 6 * 3600;
/// The server is asked again after these times while it is away, seconds.
const RETRIES: [u64; 3] = [5 * 60, 15 * 60, 60 * 60];
/// Somebody may register this computer without the daemon, seconds.
const UNREGISTERED: u64 = 60;

/// Serves until the bus goes away, `stop` resolves or a task is lost, which is the answer. The objects are there before the
/// name is.
pub async fn serve(
    core: Arc<Core>,
    connection: Connection,
    system: bool,
    stop: impl Future<Output = ()>,
) -> zbus::Result<Option<Lost>> {
    bus::serve(&core, &connection, system).await?;
    connection
        .request_name_with_flags(BUS_NAME, RequestNameFlags::DO_NOT_QUEUE)
        .await?;
    tracing::info!(name = BUS_NAME, "ready");
    start_tasks(&core, &connection);
    let lost = tokio::select! {
        biased;
        () = stop => None,
        () = connection.closed() => {
            tracing::error!("the bus is gone");
            None
        }
        lost = core.tasks.lost() => Some(lost),
    };
    let released = connection.release_name(BUS_NAME).await;
    if lost.is_none() {
        released?;
    }
    Ok(lost)
}

/// Everything that goes on as long as the daemon does.
fn start_tasks(core: &Arc<Core>, connection: &Connection) {
    let (tasks, core) = (&core.tasks, || Arc::clone(core));
    tasks.keep("jobs", core().run_jobs());
    tasks.keep("schedule", core().keep_schedule());
    tasks.keep("catalogue", core().keep_fresh());
    tasks.keep("settings", core().keep_settings());
    tasks.keep("logins", core().watch_logins());
    tasks.keep("callers", forget_callers(core(), connection.clone()));
    if let Some(watchdog) = Watchdog::wanted() {
        let core = core();
        let answers = move || core.runner.answers();
        tasks.keep("watchdog", watchdog.keep(answers));
    }
}

impl Core {
    /// Keeps the catalogue fresh, for ever. Jobs that ask the server refresh it besides.
    async fn keep_fresh(self: Arc<Self>) {
        if self.packages_are_stale() {
            self.refresh_packages().await;
        }
        let mut failures = 0;
        loop {
            let wait = if !self.computer.engine().identity().registered {
                UNREGISTERED
            } else if is_younger(self.computer.now(), self.catalog.offer().fetched_at, FRESH)
                || self.refresh_from_server().await
            {
                failures = 0;
                INTERVAL
            } else {
                failures += 1;
                RETRIES[RETRIES.len().min(failures) - 1]
            };
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
    }
}

/// Drops what is remembered of connections that are gone, as long as the bus tells of them.
async fn forget_callers(core: Arc<Core>, connection: Connection) {
    if let Err(error) = follow_callers(&core, &connection).await {
        tracing::error!(%error, "the bus does not tell who is gone");
    }
}

async fn follow_callers(core: &Core, connection: &Connection) -> zbus::Result<()> {
    let bus = DBusProxy::new(connection).await?;
    let mut changes = bus.receive_name_owner_changed_with_args(&[(2, "")]).await?;
    while let Some(change) = changes.next().await {
        let change = change.args()?;
        core.access.forget(change.name().as_str());
        core.jobs.unsubscribe(None, change.name().as_str());
    }
    Ok(())
}

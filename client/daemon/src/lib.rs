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
//! | `desk`, `dispatch`, `turn`, `workers` | a job's life: how it is asked for, gets its turn, is done |
//! | `resolve`, `rights` | what its task means when it runs, and whether it may still |
//! | `ending`, `aftermath` | how it ends, and what follows from that |
//! | [`catalog`], `offered` | applications, states, images, requests; all of it with the work that goes on |
//! | `questions` | whose turn it is to ask the package manager |
//! | `contact`, `known` | the way to the server, and what it said last |
//! | `refresh`, `stock`, `icons`, `exchange` | keeping that fresh: facts; catalogue and packages; images; requests |
//! | `schedule`, `timer`, `quiet` | when to synchronise, doing so, and who holds that back |
//! | `opener`, `settings` | take in changed settings without a restart |
//! | [`remote`] | remote support: what its agent may have done, for whom, and who is asked |
//! | `actions` | what the server orders this computer to do, once |
//! | `news` | what happened, said by services that know nothing of who listens |
//! | `signals`, `properties`, [`bus`] | the way to the bus and what was told over it; the interfaces |
//! | `core` | makes all of them |
//! | [`tasks`], `pulse`, `watchdog` | what runs in the daemon itself, and who notices when it does not any more |

pub mod access;
mod actions;
mod aftermath;
pub mod bus;
pub mod catalog;
pub mod computer;
mod contact;
pub mod core;
mod describe;
mod desk;
mod dispatch;
mod ending;
mod error;
mod exchange;
pub mod hold;
mod icons;
mod inhibit;
pub mod jobs;
pub mod known;
mod news;
mod offered;
pub mod opener;
mod plan;
mod properties;
mod pulse;
mod questions;
mod quiet;
mod refresh;
pub mod remote;
mod resolve;
mod rights;
mod runner;
pub mod schedule;
mod secret;
mod settings;
pub mod signals;
pub mod start;
mod stock;
mod store;
pub mod tasks;
pub mod texts;
mod timer;
mod turn;
mod watchdog;
mod workers;

use std::sync::Arc;

use futures_util::StreamExt as _;
use migasfree_dbus::names::BUS_NAME;
use zbus::Connection;
use zbus::fdo::{DBusProxy, RequestNameFlags};

use self::access::Access;
use self::actions::Actions;
use self::core::Core;
use self::jobs::Jobs;
use self::remote::Remote;
use self::tasks::Lost;
use self::watchdog::Watchdog;

// The floors below, under the names they have here.
use migasfree_client_base::{job, observer, paths};
use migasfree_client_engine::{config, identity, sync, transport};
use migasfree_client_packages as pms;
use migasfree_client_policy as policy;
use migasfree_client_system::{clock, process, random};

/// Serves until the bus goes away, `stop` resolves or a task is lost, which is the answer. The objects are there before the
/// name is.
pub async fn serve(
    core: Core,
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
fn start_tasks(core: &Core, connection: &Connection) {
    let tasks = &core.tasks;
    tasks.keep("jobs", core.dispatch.clone().run_jobs());
    tasks.keep("schedule", core.timer.clone().keep());
    tasks.keep("catalogue", core.refresh.clone().keep());
    tasks.keep("settings", core.settings.clone().keep());
    tasks.keep("remote", core.remote.clone().keep());
    tasks.keep("actions", core.actions.clone().keep());
    tasks.keep("logins", core.timer.clone().watch_logins());
    let (access, jobs) = (Arc::clone(&core.access), Arc::clone(&core.jobs));
    let (remote, actions) = (core.remote.clone(), core.actions.clone());
    let gone = forget_callers(access, jobs, remote, actions, connection.clone());
    tasks.keep("callers", gone);
    if let Some(watchdog) = Watchdog::wanted() {
        let runner = Arc::clone(&core.runner);
        let answers = move || runner.answers();
        tasks.keep("watchdog", watchdog.keep(answers));
    }
}

/// Drops what is remembered of connections that are gone, as long as the bus tells of them.
async fn forget_callers(
    access: Arc<Access>,
    jobs: Arc<Jobs>,
    remote: Remote,
    actions: Actions,
    connection: Connection,
) {
    if let Err(error) = follow_callers(&access, &jobs, &remote, &actions, &connection).await {
        tracing::error!(%error, "the bus does not tell who is gone");
    }
}

async fn follow_callers(
    access: &Access,
    jobs: &Jobs,
    remote: &Remote,
    actions: &Actions,
    connection: &Connection,
) -> zbus::Result<()> {
    let bus = DBusProxy::new(connection).await?;
    let mut changes = bus.receive_name_owner_changed_with_args(&[(2, "")]).await?;
    while let Some(change) = changes.next().await {
        let change = change.args()?;
        access.forget(change.name().as_str());
        jobs.unsubscribe(None, change.name().as_str());
        actions.forget(change.name().as_str());
        remote.forget(change.name().as_str()).await;
    }
    Ok(())
}

//! Keeps the caches fresh: the catalogue and facts from the server, the packages from the package manager.

use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::Connectivity;
use tokio::time::timeout;

use super::catalog::{Offer, PackageFacts, updates};
use super::core::Core;
use super::icons;
use super::known::Facts;
use crate::identity::graphical_user;
use crate::job::{JobResult, ResultCode};
use crate::process::SystemRunner;
use crate::sync::EngineError;
use crate::transport::messages::ServerInfo;

/// What waits for the server is told within this time, or at the next occasion.
const TELLING: Duration = Duration::from_secs(10);

impl Core {
    /// Asks the server for everything that is cached, then looks at the packages. `false` when the server did not answer.
    pub async fn refresh_from_server(self: &Arc<Self>) -> bool {
        let Ok(_alone) = self.known.refreshing.try_lock() else {
            return true;
        };
        if !self.computer.engine().identity().registered {
            let _ = self.heard(self.computer.engine().server_info()).await;
            self.signals.manager_changed(self).await;
            return false;
        }
        let result = self.fetch().await;
        let reached = result.is_ok();
        if reached {
            self.follow_decisions().await;
            self.flush_waiting().await;
            self.computer.engine().end_transmission().await;
        }
        if let Err(error) = result {
            tracing::warn!(%error, "the server did not tell all that was asked");
        }
        self.refresh_packages().await;
        self.signals.manager_changed(self).await;
        reached
    }

    /// Tells the server what could not be told while it was away. Jobs come first: while one runs this is left to the next
    /// occasion, and one that comes does not wait for long.
    async fn flush_waiting(self: &Arc<Self>) {
        let Ok(_alone) = self.runner.writing.try_lock() else {
            return;
        };
        match timeout(TELLING, self.heard(self.computer.engine().flush_outbox())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::info!(%error, "what waits for the server waits on"),
            Err(_) => tracing::info!("the server takes its time; what waits for it waits on"),
        }
    }

    async fn fetch(self: &Arc<Self>) -> Result<(), EngineError> {
        self.fetch_catalog().await?;
        let facts = Facts {
            fetched_at: self.computer.now(),
            server: self.server_info().await?,
            info: self.heard(self.computer.engine().info()).await?,
            label: self.heard(self.computer.engine().label()).await?,
            tags: self.heard(self.computer.engine().tags()).await?,
            user: graphical_user(&SystemRunner::detect())
                .await
                .unwrap_or_default(),
        };
        let old = self.known.facts();
        if self.known.replace(facts) {
            self.signals.computer_changed().await;
            if old.tags != self.known.facts().tags {
                self.signals.tags_changed().await;
            }
        }
        Ok(())
    }

    /// What the server says of itself. Where it does not say it now, what it said before stays.
    async fn server_info(self: &Arc<Self>) -> Result<ServerInfo, EngineError> {
        match self.heard(self.computer.engine().server_info()).await {
            Err(EngineError::Server {
                status: 404 | 405, ..
            }) => Ok(self.known.facts().server.clone()),
            other => other,
        }
    }

    /// Fetches what is offered here, with its icons.
    pub async fn fetch_catalog(self: &Arc<Self>) -> Result<(), EngineError> {
        let _alone = self.catalog.turns.fetching.lock().await;
        let snapshot = self.heard(self.computer.engine().catalog()).await?;
        let icons = icons::fetch(&self.computer, &self.catalog, &snapshot.apps).await;
        let offer = Offer {
            revision: 0,
            fetched_at: self.computer.now(),
            project: self.computer.engine().identity().project,
            snapshot,
            icons,
        };
        match self.catalog.replace_offer(offer) {
            Ok(Some(changed)) => self.signals.catalog_changed(self, changed).await,
            Ok(None) => self.signals.catalog_fetched(self).await,
            Err(error) => tracing::error!(%error, "the catalogue could not be kept"),
        }
        icons::forget_old(&self.catalog);
        Ok(())
    }

    /// Whether packages or offer are other ones than when the packages were looked at.
    #[must_use]
    pub fn packages_are_stale(&self) -> bool {
        let facts = self.catalog.facts();
        facts.stamp != self.computer.engine().packages_stamp()
            || facts.revision != self.catalog.offer().revision
    }

    /// Asks the package manager about the packages of the catalogue and tells who listens what changed.
    pub async fn refresh_packages(self: &Arc<Self>) {
        let _alone = self.catalog.turns.looking.lock().await;
        let offer = self.catalog.offer();
        let before = self.catalog.facts();
        match PackageFacts::gather(self.computer.engine().as_ref(), &offer, &before).await {
            Ok(facts) => {
                let changed = facts.stamp != before.stamp;
                if let Err(error) = self.catalog.replace_facts(facts) {
                    tracing::warn!(%error, "the states of packages could not be kept");
                }
                if changed {
                    self.signals.packages_changed().await;
                }
            }
            Err(error) => tracing::warn!(%error, "the package manager did not answer"),
        }
        self.signals.states_changed(self).await;
        self.signals.outlook_changed(self).await;
        let core = Arc::clone(self);
        self.tasks
            .start("updates", async move { core.look_for_updates().await });
    }

    /// Counts the updates when packages or package lists are other ones than when they were counted.
    async fn look_for_updates(self: &Arc<Self>) {
        let _alone = self.catalog.turns.counting.lock().await;
        let stamp = self.computer.engine().packages_stamp();
        if self.catalog.facts().updates_stamp == stamp {
            return;
        }
        let updates = updates(self.computer.engine().as_ref()).await;
        {
            let _alone = self.catalog.turns.looking.lock().await;
            let facts = PackageFacts {
                updates,
                updates_stamp: stamp,
                ..(*self.catalog.facts()).clone()
            };
            if let Err(error) = self.catalog.replace_facts(facts) {
                tracing::warn!(%error, "the updates could not be kept");
            }
        }
        self.signals.outlook_changed(self).await;
        self.signals.manager_changed(self).await;
    }

    /// Lets a read go on with what is at hand, and looks again in the background when that is old. The very first time it waits.
    pub async fn refresh_if_stale(self: &Arc<Self>) {
        if !self.packages_are_stale() {
            return;
        }
        if self.catalog.facts().revision == 0 && self.catalog.offer().revision != 0 {
            self.refresh_packages().await;
            return;
        }
        // A job that changes packages has them looked at when it ends.
        if self.jobs.running().is_none() && self.catalog.turns.looking.try_lock().is_ok() {
            let core = Arc::clone(self);
            self.tasks
                .start("packages", async move { core.refresh_packages().await });
        }
    }

    /// Every call to the server goes through here: how it was answered decides what is said of the way to it.
    pub async fn heard<T>(
        self: &Arc<Self>,
        call: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let before = self.known.answers();
        let result = call.await;
        let connectivity = match &result {
            Err(EngineError::Offline(reason)) => {
                tracing::info!(%reason, "no answer of the server");
                self.away()
            }
            Err(EngineError::Saturated { .. }) => Connectivity::Saturated,
            _ => Connectivity::Online,
        };
        self.found(connectivity, before).await;
        result
    }

    /// What the end of a job that talks to the server says of the way to it.
    pub async fn heard_of_job(self: &Arc<Self>, code: ResultCode, saturated: bool) {
        let connectivity = match code {
            ResultCode::Offline if saturated => Connectivity::Saturated,
            ResultCode::Offline => self.away(),
            code if matches!(code.result(), JobResult::Success | JobResult::Partial) => {
                Connectivity::Online
            }
            ResultCode::Server => Connectivity::Online,
            _ => return,
        };
        self.found(connectivity, self.known.answers()).await;
    }

    fn away(&self) -> Connectivity {
        if self.computer.engine().has_network() {
            Connectivity::ServerUnreachable
        } else {
            Connectivity::Offline
        }
    }

    async fn found(self: &Arc<Self>, connectivity: Connectivity, before: u64) {
        let now = self.computer.now();
        if self.known.found(connectivity, before, now) {
            self.signals.manager_changed(self).await;
        }
    }
}

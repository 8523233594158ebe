//! Keeps the catalogue and what is known of its packages as they are: the one from the server, the other from the package
//! manager.

use std::sync::Arc;

use super::catalog::{Catalog, Offer, PackageFacts, updates};
use super::computer::Computer;
use super::contact::Contact;
use super::icons;
use super::jobs::Jobs;
use super::news::{Happened, News};
use super::tasks::Tasks;
use crate::sync::EngineError;

/// Looks at what there is.
#[derive(Debug, Clone)]
pub struct Stock {
    pub(super) computer: Arc<Computer>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) contact: Contact,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Stock {
    /// Fetches what is offered here, with its icons.
    pub async fn fetch_catalog(&self) -> Result<(), EngineError> {
        let _alone = self.catalog.turns.fetching.lock().await;
        let engine = self.computer.engine();
        let snapshot = self.contact.heard(engine.catalog()).await?;
        let icons = icons::fetch(&self.computer, &self.catalog, &snapshot.apps).await;
        let offer = Offer {
            revision: 0,
            fetched_at: self.computer.now(),
            project: self.computer.identity().project,
            snapshot,
            icons,
        };
        match self.catalog.replace_offer(offer) {
            Ok(Some(changed)) => self.news.tell(Happened::CatalogChanged(changed)).await,
            Ok(None) => self.news.tell(Happened::CatalogFetched).await,
            Err(error) => tracing::error!(%error, "the catalogue could not be kept"),
        }
        icons::forget_old(&self.catalog);
        Ok(())
    }

    /// Whether packages or offer are other ones than when the packages were looked at.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        let facts = self.catalog.facts();
        facts.stamp != self.computer.engine().packages_stamp()
            || facts.revision != self.catalog.offer().revision
    }

    /// Asks the package manager about the packages of the catalogue and tells who listens what changed.
    pub async fn look(&self) {
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
                    self.news.tell(Happened::PackagesChanged).await;
                }
            }
            Err(error) => tracing::warn!(%error, "the package manager did not answer"),
        }
        self.news.tell(Happened::StatesChanged).await;
        self.news.tell(Happened::OutlookChanged).await;
        let stock = self.clone();
        self.tasks
            .start("updates", async move { stock.look_for_updates().await });
    }

    /// Counts the updates when packages or package lists are other ones than when they were counted.
    async fn look_for_updates(&self) {
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
        self.news.tell(Happened::OutlookChanged).await;
        self.news.tell(Happened::ManagerChanged).await;
    }

    /// Lets a read go on with what is at hand, and looks again in the background when that is old. The very first time it waits.
    pub async fn look_if_stale(&self) {
        if !self.is_stale() {
            return;
        }
        if self.catalog.facts().revision == 0 && self.catalog.offer().revision != 0 {
            self.look().await;
            return;
        }
        // A job that changes packages has them looked at when it ends.
        if self.jobs.running().is_none() && self.catalog.turns.looking.try_lock().is_ok() {
            let stock = self.clone();
            self.tasks
                .start("packages", async move { stock.look().await });
        }
    }
}

//! Keeps what the server says fresh: the catalogue, and facts about this computer.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::computer::Computer;
use super::contact::Contact;
use super::exchange::Courier;
use super::known::{Facts, Known};
use super::news::{Happened, News};
use super::runner::Runner;
use super::stock::Stock;
use crate::clock::is_younger;
use crate::identity::graphical_user;
use crate::process::SystemRunner;
use crate::sync::EngineError;
use crate::transport::messages::ServerInfo;

/// What waits for the server is told within this time, or at the next occasion.
const TELLING: Duration = Duration::from_secs(10);
/// A catalogue younger than this is not asked for when the daemon starts, seconds.
const FRESH: i64 = 15 * 60;
/// The catalogue is asked for at least this often, seconds.
const INTERVAL: u64 = 6 * 3600;
/// The server is asked again after these times while it is away, seconds.
const RETRIES: [u64; 3] = [5 * 60, 15 * 60, 60 * 60];
/// Somebody may register this computer without the daemon, seconds.
const UNREGISTERED: u64 = 60;

/// Asks the server for everything that is cached.
#[derive(Debug, Clone)]
pub struct Refresh {
    pub(super) computer: Arc<Computer>,
    pub(super) known: Arc<Known>,
    pub(super) runner: Arc<Runner>,
    pub(super) contact: Contact,
    pub(super) stock: Stock,
    pub(super) courier: Courier,
    pub(super) news: News,
}

impl Refresh {
    /// Keeps the catalogue fresh, for ever. Jobs that ask the server refresh it besides.
    pub async fn keep(self) {
        if self.stock.is_stale() {
            self.stock.look().await;
        }
        let mut failures = 0;
        loop {
            let fetched_at = self.stock.catalog.offer().fetched_at;
            let wait = if !self.computer.identity().registered {
                UNREGISTERED
            } else if is_younger(self.computer.now(), fetched_at, FRESH) || self.all().await {
                failures = 0;
                INTERVAL
            } else {
                failures += 1;
                RETRIES[RETRIES.len().min(failures) - 1]
            };
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
    }

    /// Asks the server for everything that is cached, then looks at the packages. `false` when the server did not answer.
    pub async fn all(&self) -> bool {
        let Ok(_alone) = self.known.refreshing.try_lock() else {
            return true;
        };
        let engine = self.computer.engine();
        if !engine.identity().registered {
            let _ = self.contact.heard(engine.server_info()).await;
            self.news.tell(Happened::ManagerChanged).await;
            return false;
        }
        let result = self.fetch().await;
        let reached = result.is_ok();
        if reached {
            self.courier.follow_decisions().await;
            self.flush_waiting().await;
            self.computer.engine().end_transmission().await;
        }
        if let Err(error) = result {
            tracing::warn!(%error, "the server did not tell all that was asked");
        }
        self.stock.look().await;
        self.news.tell(Happened::ManagerChanged).await;
        reached
    }

    /// Has new tags known before the job that set them is over, if the server says them soon.
    pub async fn tags(&self) {
        match timeout(TELLING, self.fetch_tags()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "the server did not tell the new tags"),
            Err(_) => tracing::info!("the server takes its time to tell the new tags"),
        }
    }

    /// Tells the server what could not be told while it was away. Jobs come first: while one runs this is left to the next
    /// occasion, and one that comes does not wait for long.
    async fn flush_waiting(&self) {
        let Ok(_alone) = self.runner.writing.try_lock() else {
            return;
        };
        let engine = self.computer.engine();
        match timeout(TELLING, self.contact.heard(engine.flush_outbox())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::info!(%error, "what waits for the server waits on"),
            Err(_) => tracing::info!("the server takes its time; what waits for it waits on"),
        }
    }

    /// Has what the server says known before the first job that reached it is over, if the server says it soon: who hears of
    /// the end asks for it, and the server may be away by then.
    pub async fn first(&self) {
        let offered_at = self.stock.catalog.offer().fetched_at;
        if offered_at != 0 && self.known.facts().fetched_at != 0 {
            return;
        }
        let fetch = async {
            let _alone = self.known.refreshing.lock().await;
            self.fetch().await
        };
        match timeout(TELLING, fetch).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "the server did not tell all that was asked"),
            Err(_) => tracing::info!("the server takes its time to tell what it offers"),
        }
    }

    async fn fetch(&self) -> Result<(), EngineError> {
        let (contact, engine) = (&self.contact, self.computer.engine());
        // Kept whatever becomes of the rest.
        let tags = contact.heard(engine.tags()).await?;
        let known = Facts::clone(&self.known.facts());
        let facts = Facts {
            fetched_at: self.computer.now(),
            tags,
            ..known
        };
        self.take_in(facts.clone()).await;
        self.stock.fetch_catalog().await?;
        let facts = Facts {
            server: self.server_info().await?,
            info: contact.heard(engine.info()).await?,
            label: contact.heard(engine.label()).await?,
            user: graphical_user(&SystemRunner::detect())
                .await
                .unwrap_or_default(),
            ..facts
        };
        self.take_in(facts).await;
        Ok(())
    }

    async fn take_in(&self, facts: Facts) {
        let old = self.known.facts();
        if self.known.replace(facts) {
            self.news.tell(Happened::ComputerChanged).await;
            if old.tags != self.known.facts().tags {
                self.news.tell(Happened::TagsChanged).await;
            }
        }
    }

    /// Asks for the tags alone, after a refresh that may have asked before they were set.
    async fn fetch_tags(&self) -> Result<(), EngineError> {
        let _alone = self.known.refreshing.lock().await;
        let engine = self.computer.engine();
        let tags = self.contact.heard(engine.tags()).await?;
        let known = Facts::clone(&self.known.facts());
        self.take_in(Facts { tags, ..known }).await;
        Ok(())
    }

    /// What the server says of itself. Where it does not say it now, what it said before stays.
    async fn server_info(&self) -> Result<ServerInfo, EngineError> {
        let engine = self.computer.engine();
        match self.contact.heard(engine.server_info()).await {
            Err(EngineError::Server {
                status: 404 | 405, ..
            }) => Ok(self.known.facts().server.clone()),
            other => other,
        }
    }
}

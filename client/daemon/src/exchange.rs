//! Requests for applications on their way to the organisation, and its decisions on their way back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use migasfree_dbus::{Connectivity, Error, RequestRecord};

use super::catalog::Requests;
use super::computer::Computer;
use super::contact::Contact;
use super::error::bus_error;
use super::known::Known;
use super::news::{Happened, News};
use super::stock::Stock;
use super::tasks::Tasks;
use crate::clock::is_younger;
use crate::identity::account_name;
use crate::process::SystemRunner;
use crate::sync::EngineError;
use crate::texts::Text;
use crate::transport::messages::{AppId, AppRequest};

/// Who looks at the list has decisions looked for at most this often, seconds.
const LOOK_EVERY: i64 = 15;

/// Carries requests and decisions.
#[derive(Debug, Clone)]
pub struct Courier {
    pub(super) computer: Arc<Computer>,
    pub(super) known: Arc<Known>,
    pub(super) requests: Arc<Requests>,
    pub(super) contact: Contact,
    pub(super) stock: Stock,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Courier {
    /// Sends a request, or keeps it when the server is away. A server that takes none leaves nothing behind.
    pub async fn request_app(&self, uid: u32, record: RequestRecord) -> Result<String, Error> {
        let id = record.id.clone();
        self.requests.add(uid, record.clone())?;
        let _alone = self.requests.exchange.alone.lock().await;
        let asked = match self.take_back().await {
            Ok(()) => self.send_request(uid, &record).await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(Some(at_server)) => {
                self.requests.sent(uid, &id, &at_server)?;
                Ok(at_server.id.to_string())
            }
            Ok(None) => {
                self.requests.forget(uid, &id)?;
                Err(Error::Unsupported(Text::NoRequests.told(&[])))
            }
            Err(error) if is_away(&error) => Ok(id),
            Err(error) => {
                self.requests.forget(uid, &id)?;
                Err(bus_error(&error))
            }
        }
    }

    /// Withdraws a request, here at once and at the server as soon as it can be reached.
    pub async fn cancel_request(&self, uid: u32, id: &str) -> Result<(), Error> {
        // One that is being sent gets its number first.
        let _alone = self.requests.exchange.alone.lock().await;
        self.requests.withdraw(uid, id)?;
        if let Err(error) = self.take_back().await {
            tracing::info!(%error, "a withdrawn request waits for the server");
        }
        Ok(())
    }

    /// Looks for decisions in the background, when somebody waits for one and the server can be reached.
    pub fn look_for_decisions(&self) {
        let now = self.computer.now();
        let may_answer = matches!(
            self.known.connectivity(),
            Connectivity::Online | Connectivity::Unknown
        );
        let looked_at = &self.requests.exchange.looked_at;
        if !self.requests.awaits_decision()
            || !may_answer
            || is_younger(now, looked_at.load(Ordering::Relaxed), LOOK_EVERY)
        {
            return;
        }
        looked_at.store(now, Ordering::Relaxed);
        let courier = self.clone();
        self.tasks.start("decisions", async move {
            if courier.follow_decisions().await {
                courier.stock.look().await;
            }
        });
    }

    /// Brings requests up to date with the server. A decision changes what is offered here, so that the catalogue is
    /// fetched again; `true` when there was one.
    pub async fn follow_decisions(&self) -> bool {
        let decided = match self.exchange_requests().await {
            Ok(decided) => decided,
            Err(error) => {
                tracing::info!(%error, "requests wait for the server");
                return false;
            }
        };
        if decided.is_empty() {
            return false;
        }
        if let Err(error) = self.stock.fetch_catalog().await {
            tracing::info!(%error, "the catalogue waits for the server");
        }
        self.news.tell(Happened::CatalogChanged(decided)).await;
        true
    }

    /// Sends what waits for the server and learns what was decided. Answers the applications it is about.
    async fn exchange_requests(&self) -> Result<Vec<u32>, EngineError> {
        if self.requests.is_empty() {
            return Ok(Vec::new());
        }
        let _alone = self.requests.exchange.alone.lock().await;
        self.take_back().await?;
        let mut changed = self.send_requests().await?;
        let engine = self.computer.engine();
        if let Some(at_server) = self.contact.heard(engine.app_requests()).await? {
            match self.requests.learn(&at_server) {
                Ok(decided) => changed.extend(decided),
                Err(error) => not_kept(&error),
            }
        }
        Ok(changed)
    }

    /// Tells the server what people withdrew while it was away.
    async fn take_back(&self) -> Result<(), EngineError> {
        let engine = self.computer.engine();
        for number in self.requests.withdrawn() {
            match self.contact.heard(engine.withdraw_request(number)).await {
                Ok(()) => {}
                Err(EngineError::Server { status, detail }) if status < 500 => {
                    tracing::info!(number, %detail, "the server has no such request");
                }
                Err(error) => return Err(error),
            }
            if let Err(error) = self.requests.withdrawn_at_server(number) {
                not_kept(&error);
            }
        }
        Ok(())
    }

    /// Sends what was kept while the server was away. Answers the applications it will have nothing of.
    async fn send_requests(&self) -> Result<Vec<u32>, EngineError> {
        let mut refused = Vec::new();
        for (uid, record) in self.requests.unsent() {
            let kept = match self.send_request(uid, &record).await {
                Ok(Some(at_server)) => self.requests.sent(uid, &record.id, &at_server),
                Ok(None) => self.requests.forget(uid, &record.id),
                Err(EngineError::Server { status, detail }) if status < 500 => {
                    refused.push(record.app_id);
                    self.requests.refused(uid, &record.id, &detail.text)
                }
                Err(error) => return Err(error),
            };
            if let Err(error) = kept {
                not_kept(&error);
            }
        }
        Ok(refused)
    }

    async fn send_request(
        &self,
        uid: u32,
        record: &RequestRecord,
    ) -> Result<Option<AppRequest>, EngineError> {
        let person = account_name(&SystemRunner::detect(), uid).await;
        let engine = self.computer.engine();
        let app = AppId(record.app_id);
        let asked = engine.request_app(app, &person, &record.justification);
        self.contact.heard(asked).await
    }
}

/// Whether it is worth to try again later.
fn is_away(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Offline(_)
            | EngineError::Saturated { .. }
            | EngineError::Unsealed { .. }
            | EngineError::Changed(_)
            | EngineError::NotNative(_)
    )
}

fn not_kept(error: &Error) {
    tracing::warn!(%error, "a request could not be kept");
}

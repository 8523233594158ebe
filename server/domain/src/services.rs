//! What everything of the domain is done with.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use migasfree_server_auth::Auth;
use migasfree_server_db::{Db, clock::Clock, random::Random};
use migasfree_server_events::Bus;
use migasfree_server_files::Store;
use migasfree_server_jobs::Queue;
use migasfree_server_repository::signing::Signer;

use crate::computers::doing::Doing;
use crate::settings::Settings;

/// What every rule and every handler may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services(Arc<Parts>);

impl From<Parts> for Services {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What there is one of in a server.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// Who signs in, and how.
    pub auth: Arc<Auth>,
    /// Blobs.
    pub files: Store,
    /// Signs repositories.
    pub signer: Arc<Signer>,
    /// Durable background work.
    pub jobs: Queue,
    /// What computers are doing.
    pub doing: Arc<Doing>,
    /// Live events.
    pub events: Bus,
}

impl FromRef<Services> for Arc<Auth> {
    fn from_ref(services: &Services) -> Self {
        Self::clone(&services.auth)
    }
}

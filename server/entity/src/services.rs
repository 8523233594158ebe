//! What everything declared is asked with.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use migasfree_server_auth::Auth;
use migasfree_server_db::{Db, clock::Clock, random::Random, zone::Zone};
use migasfree_server_events::Bus;
use migasfree_server_files::Store;
use migasfree_server_jobs::Jobs;

use crate::body::Limits;
use crate::registry::Registry;

/// What every rule and every handler may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services(Arc<Parts>);

impl Services {
    /// What the floor above has at hand besides.
    #[must_use]
    pub fn own<T: 'static>(&self) -> Option<&T> {
        self.0.own.downcast_ref()
    }
}

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

impl FromRef<Services> for Arc<Auth> {
    fn from_ref(services: &Services) -> Self {
        Self::clone(&services.auth)
    }
}

/// What there is one of in a server.
#[derive(Debug)]
pub struct Parts {
    /// What is declared.
    pub registry: &'static Registry,
    /// What lists and answers go by.
    pub settings: Settings,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Who signs in, and how.
    pub auth: Arc<Auth>,
    /// Blobs.
    pub files: Store,
    /// Durable background work.
    pub jobs: Jobs,
    /// Live events.
    pub events: Bus,
    /// What the floor above has at hand besides.
    pub own: Box<dyn Any + Send + Sync>,
}

/// What lists and answers go by that organisations set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Start of every address the server gives out, without a slash at the end.
    pub base: String,
    /// The zone of local times and of "today".
    pub time_zone: Zone,
    /// The most a request of an operator may hold.
    pub operator: Limits,
    /// Columns that an entity is searched by besides its own, by its route.
    pub also_searched: Vec<(&'static str, Vec<String>)>,
}

impl Settings {
    /// The columns that the entity at a route is searched by besides its own.
    pub(crate) fn also_searched(&self, route: &str) -> &[String] {
        let found = self.also_searched.iter().find(|(of, _)| *of == route);
        found.map_or(&[], |(_, names)| names)
    }
}

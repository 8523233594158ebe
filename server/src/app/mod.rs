//! The router and its state.

mod connections;
mod health;
mod layers;
mod linger;
mod refused;
mod start;
mod work;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::http::Method;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use migasfree_server_auth::Auth;
use migasfree_server_db::{Db, clock::Clock, random::Random};
use migasfree_server_events::Bus;
use migasfree_server_files as files;
use migasfree_server_jobs as jobs;
use migasfree_server_repository::signing::Signer;
use tokio_util::sync::CancellationToken;

use crate::computers::doing::Doing;
use crate::config::Settings;
use crate::{accounts, events, public, rest, safe, stats, web};

pub(crate) use layers::AsItIs;
pub use start::{App, StartError};

/// What every handler may use. Cheap to clone: each layer of each request has one.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Services>);

impl Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// What there is one of in a server.
#[derive(Debug)]
pub struct Services {
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
    /// Private keys.
    pub keys: Arc<safe::keys::KeyRing>,
    /// Blobs.
    pub files: files::Store,
    /// Signs repositories.
    pub signer: Arc<Signer>,
    /// Durable background work.
    pub jobs: jobs::Queue,
    /// What computers are doing.
    pub doing: Arc<Doing>,
    /// Live events.
    pub events: Bus,
    /// The WebSockets that are open.
    pub sockets: events::Sockets,
    /// Figures for Prometheus.
    pub metrics: Metrics,
    /// Cancelled when the server stops: whatever lasts longer than a request ends then.
    pub stop: CancellationToken,
}

impl FromRef<AppState> for Arc<Auth> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.auth)
    }
}

/// The recorder of figures.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// All routes, and what every request passes through.
pub fn router(state: AppState) -> Router {
    let routes = Router::new()
        .merge(rest::router())
        .merge(safe::router())
        .merge(public::router())
        .merge(accounts::router())
        .merge(events::router())
        .merge(stats::router())
        .route("/health", get(health::health))
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(not_allowed)
        .merge(web::router());
    layers::around(routes, state)
}

/// The router adds which verbs are allowed.
async fn not_allowed(method: Method) -> rest::error::RestError {
    rest::error::RestError::Method(method.to_string(), String::new())
}

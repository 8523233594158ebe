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
use migasfree_server_domain::{rest, services::Services};
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::{accounts, events, openapi, public, safe, stats, web};

pub(crate) use layers::AsItIs;
pub use start::{App, StartError};

/// What every handler may use. Cheap to clone: each layer of each request has one.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Server>);

impl Deref for AppState {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

/// What there is one of in a server: the domain's services, and what its front ends have besides.
#[derive(Debug)]
pub struct Server {
    /// What the domain is asked with.
    pub services: Services,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// Private keys.
    pub keys: Arc<safe::keys::KeyRing>,
    /// The WebSockets that are open.
    pub sockets: events::Sockets,
    /// Figures for Prometheus.
    pub metrics: Metrics,
    /// Cancelled when the server stops: whatever lasts longer than a request ends then.
    pub stop: CancellationToken,
}

impl Deref for Server {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
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
        .merge(rest::router().with_state(state.services.clone()))
        .merge(openapi::router())
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

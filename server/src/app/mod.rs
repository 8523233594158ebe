//! The router and its state.

mod connections;
mod crowd;
mod drain;
mod equipment;
mod health;
mod layers;
mod problems;
mod refused;
mod remote;
mod start;
mod work;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::http::Method;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use migasfree_server_api::ApiState;
use migasfree_server_auth::Auth;
use migasfree_server_domain::services::Services;
use migasfree_server_entity::{
    action::Verb,
    call::{self, Call, Served, call},
    entity::Like,
    error::RestError,
};
use migasfree_server_jobs::Handlers;
use migasfree_server_protocol::ProtocolState;
use migasfree_server_relay::Relay;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::tls::{self, Transport};
use crate::web;

pub use equipment::Equipment;
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

/// What there is one of in a server: the domain's services, and what start-up and the layers have besides.
#[derive(Debug)]
pub struct Server {
    /// What the domain is asked with.
    pub services: Services,
    /// Every kind of background work.
    pub handlers: Handlers,
    /// The settings in force.
    pub settings: Settings,
    /// What answers computers and packagers.
    pub protocol: ProtocolState,
    /// What answers operators and their programs.
    pub api: ApiState,
    /// Where agents of computers and operators meet, if they do here.
    pub relay: Option<Relay>,
    /// How the server is reached.
    pub transport: Transport,
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

/// Calls of this floor that programs are told of.
fn calls() -> Vec<Served<AppState>> {
    vec![
        call(Verb::Get, "/health", "Whether the server is well")
            .giving(&[("status", Like::Text), ("version", Like::Text)])
            .open()
            .answered(health::health),
    ]
}

/// What programs are told of the calls that are not of the REST API.
#[must_use]
pub fn described() -> Vec<Call> {
    let mut all = migasfree_server_protocol::described();
    all.extend(migasfree_server_relay::described());
    all.extend(call::described(calls()));
    all
}

/// All routes, and what every request passes through.
pub fn router(state: AppState) -> layers::Stack {
    let relay = state.relay.clone();
    let routes = Router::new()
        .merge(migasfree_server_api::router(state.api.clone()))
        .merge(migasfree_server_protocol::router(state.protocol.clone()))
        .merge(relay.map_or_else(Router::new, migasfree_server_relay::router))
        .merge(call::routes(calls(), |route| route))
        .route("/metrics", get(health::metrics))
        .route("/.well-known/acme-challenge/{token}", get(tls::challenge))
        .method_not_allowed_fallback(not_allowed)
        .merge(web::router());
    layers::around(routes, state)
}

/// The router adds which verbs are allowed.
async fn not_allowed(method: Method) -> RestError {
    RestError::Method(method.to_string(), String::new())
}

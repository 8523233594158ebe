//! The router and its state.

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::repository::signing::Signer;
use crate::{auth, events, files, jobs, public, rest, safe, stats, web};

/// What every handler may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// Private keys.
    pub keys: Arc<safe::keys::KeyRing>,
    /// Blobs.
    pub files: files::Store,
    /// Signs repositories.
    pub signer: Arc<Signer>,
    /// Durable background work.
    pub jobs: jobs::Queue,
    /// Live events.
    pub events: events::Bus,
}

/// All routes.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(rest::router())
        .merge(safe::router())
        .merge(public::router())
        .merge(files::router())
        .merge(auth::router())
        .merge(events::router())
        .merge(stats::router())
        .merge(web::router())
        .with_state(state)
}

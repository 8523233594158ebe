//! What operators and their programs speak to: REST and its description, signing in, statistics, live events.
//!
//! A front end: it translates, checks rights and asks the domain.

pub mod accounts;
pub mod events;
pub mod openapi;
mod state;
pub mod stats;

use axum::Router;
use migasfree_server_entity as rest;

pub use state::{ApiState, Parts};

/// Every call of operators and their programs.
pub fn router<S>(state: ApiState) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let entities = rest::router().with_state(state.services.clone());
    Router::new()
        .merge(entities)
        .merge(openapi::router(state.registry))
        .merge(accounts::router())
        .merge(events::router())
        .merge(stats::router())
        .with_state(state)
}

//! What operators and their programs speak to: REST and its description, signing in, statistics, live events.
//!
//! A front end: it translates, checks rights and asks the domain.

pub mod accounts;
mod actions;
mod audit;
pub mod events;
mod messages;
pub mod openapi;
mod remote;
mod state;
pub mod stats;

use axum::Router;
use migasfree_server_entity::{
    self as rest,
    call::{self, Call, Served},
};

pub use messages::DECLARED as MESSAGES;
pub use state::{ApiState, Parts};

/// Every call of operators and their programs.
pub fn router<S>(state: ApiState) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let entities = rest::router().with_state(state.services.clone());
    let calls = accounts::person::asked_for(calls(), &state);
    Router::new()
        .merge(entities)
        .merge(openapi::router())
        .merge(stats::router(state.registry))
        .merge(call::routes(calls, |route| route))
        .with_state(state)
}

/// The calls that are about no entity.
fn calls() -> Vec<Served<ApiState>> {
    let mut calls = accounts::calls();
    calls.extend(actions::calls());
    calls.extend(audit::calls());
    calls.extend(events::calls());
    calls.extend(remote::calls());
    calls.extend(stats::calls());
    calls.extend(openapi::calls());
    calls
}

/// What programs are told of them.
fn described() -> impl Iterator<Item = Call> {
    call::described(rest::calls()).chain(call::described(calls()))
}

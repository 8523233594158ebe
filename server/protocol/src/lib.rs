//! What computers and packagers speak to: the sealed calls, and what is asked before anything can be sealed.
//!
//! A front end: it opens, checks who calls, asks the domain, and seals the answer.

mod messages;
pub mod public;
pub mod safe;
mod settings;
mod state;

use axum::Router;
use migasfree_server_entity::call::{self, Call};

pub use messages::DECLARED as MESSAGES;
pub use settings::Settings;
pub use state::{Parts, ProtocolState};

/// On an answer that does not compress, or must not.
#[derive(Debug, Clone, Copy)]
pub struct Incompressible;

/// What programs are told of these calls.
#[must_use]
pub fn described() -> Vec<Call> {
    let mut calls = safe::calls();
    calls.extend(public::calls());
    call::described(calls).collect()
}

/// Every call of computers and packagers.
pub fn router<S>(state: ProtocolState) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new()
        .merge(safe::router())
        .merge(public::router())
        .with_state(state)
}

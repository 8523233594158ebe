//! What computers and packagers speak to: the sealed calls, the native ones, and what is asked before either.
//!
//! Front ends: they open or verify, check who calls, ask the domain, and seal or sign the answer.

mod messages;
pub mod native;
pub mod public;
pub mod safe;
mod settings;
mod state;

use std::sync::Arc;

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
    calls.extend(native::calls());
    calls.extend(public::calls());
    call::described(calls).collect()
}

/// Every call of computers and packagers.
pub fn router<S>(state: ProtocolState) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let protocol = Arc::new(safe::Protocol::new());
    Router::new()
        .merge(safe::router(Arc::clone(&protocol)))
        .merge(native::router(&state, protocol))
        .merge(public::router())
        .with_state(state)
}

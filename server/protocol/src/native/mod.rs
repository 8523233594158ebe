//! The native protocol: computers sign what they ask with keys of their own, and the server what it answers with its own.
//!
//! Every call is a function from who calls and what is said to what is answered, over the same functions of the domain that
//! answer the sealed calls. [`arrival`] is the way all of them go.

mod arrival;
mod body;
mod calls;
mod denial;
pub mod key;
mod written;

use std::sync::Arc;

use axum::routing::MethodRouter;
use axum::{Extension, Router};
use migasfree_native::requests;
use migasfree_server_entity::{
    action::Verb,
    call::{Members, Served, call, routes},
    entity::Like,
};

use crate::ProtocolState;
use crate::safe::Protocol;
use arrival::{Front, posted};
pub(crate) use calls::enrolment::{key_text, waiting, welcome};

/// The calls that programs are told of.
pub(crate) fn calls() -> Vec<Served<ProtocolState>> {
    let signed = |path: &str,
                  summary: &'static str,
                  takes: Members,
                  gives: Members,
                  answers: MethodRouter<ProtocolState>| {
        call(Verb::Post, path, summary)
            .taking(takes)
            .giving(gives)
            .refusing(&["400", "401", "403", "409", "429"])
            .open()
            .served(answers)
    };
    vec![signed(
        requests::ENROL.path,
        "A computer asks to be known by its key",
        &[
            ("public_key", Like::Text),
            ("uuid", Like::Text),
            ("name", Like::Text),
            ("project", Like::Text),
            ("token", Like::Text),
        ],
        &[("state", Like::Text)],
        posted(calls::enrolment::answer),
    )]
}

/// Routes of this protocol.
pub(crate) fn router(state: &ProtocolState, protocol: Arc<Protocol>) -> Router<ProtocolState> {
    let front = Front::new(protocol, state.clock.now());
    routes(calls(), |route| route).layer(Extension(Arc::new(front)))
}

//! The relay: where agents of computers and operators meet.
//!
//! A front end, and a switch. Each agent has one connection, each session of an operator another one; what comes on a stream
//! of one goes to the stream of the other, with its id translated and its credit checked. What the bytes mean, the relay does
//! not know, but for the output of terminals, which it records. Who may do what, it asks through [`Sessions`]; what computers
//! are to do without anybody being there, through [`Orders`].

mod agent;
mod drain;
mod drive;
mod failures;
mod limits;
mod orders;
mod outbox;
mod recorder;
mod registry;
mod session;
mod sessions;
mod state;
mod switch;
mod version_1;
mod watch;
mod wire;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use migasfree_server_entity::{
    action::Verb,
    call::{self, Call, Gives, Served, call},
};
use migasfree_tunnel::message::SUBPROTOCOL;

pub use orders::{Acting, Handed, Orders};
pub use recorder::{Pieces, Recordings, Unreadable};
pub use registry::{Registry, Seen};
pub use sessions::{Begun, Certified, Enrolled, Recorded, Sessions, Terms, Traffic, Trouble};
pub use state::{Parts, Relay, Settings};

/// Bytes read at once: an idle agent costs as many.
const READ: usize = 8 * 1024;
/// The largest message, which is one or more whole frames.
const LARGEST: usize = 256 * 1024;

fn calls() -> Vec<Served<Relay>> {
    vec![
        call(
            Verb::Get,
            "/api/native/1/relay/agent/",
            "WebSocket: the agent of a computer",
        )
        .gives(Gives::Socket)
        .open()
        .answered(of_agent),
        call(
            Verb::Get,
            "/api/native/1/relay/session/",
            "WebSocket: an operator's session with a computer, by a grant",
        )
        .gives(Gives::Socket)
        .open()
        .answered(of_operator),
    ]
}

/// What programs are told of these calls.
pub fn described() -> impl Iterator<Item = Call> {
    call::described(calls())
}

/// Both WebSockets, and what version 1 has.
pub fn router<S>(relay: Relay) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let routes = call::routes(calls(), |route| route);
    let routes = if relay.settings.version_1 {
        routes.merge(version_1::router())
    } else {
        routes
    };
    routes.with_state(relay)
}

async fn of_agent(
    State(relay): State<Relay>,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    match relay.enter(&extensions) {
        Ok(place) => opened(upgrade, move |socket| agent::serve(relay, socket, place)),
        Err(status) => status.into_response(),
    }
}

async fn of_operator(
    State(relay): State<Relay>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    // A browser says which page asks; of pages, only the console's own may.
    let origin = headers.get(header::ORIGIN);
    if origin.is_some_and(|origin| origin.as_bytes() != relay.settings.origin.as_bytes()) {
        relay.refused("origin");
        return StatusCode::FORBIDDEN.into_response();
    }
    match relay.enter(&extensions) {
        Ok(place) => opened(upgrade, move |socket| session::serve(relay, socket, place)),
        Err(status) => status.into_response(),
    }
}

fn opened<F>(
    upgrade: WebSocketUpgrade,
    serve: impl FnOnce(axum::extract::ws::WebSocket) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * LARGEST)
        .max_frame_size(LARGEST)
        .max_message_size(LARGEST);
    if upgrade.selected_protocol().is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    upgrade.on_upgrade(serve)
}

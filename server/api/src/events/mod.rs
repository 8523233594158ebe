//! Live events for the views: a WebSocket that carries to each operator what they may see.

mod line;
mod scope;
mod socket;
mod sockets;

use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Served, call},
    entity::Like,
};

use crate::ApiState;

pub use line::{Pings, send};
pub use socket::{End, LOOK_AGAIN_EVERY, Listener, close};
pub use sockets::Sockets;

/// The WebSocket.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(Verb::Get, "/api/v1/token/events/", "WebSocket: live events")
            .asking(&[("ticket", Like::Text)])
            .gives(Gives::Socket)
            .answered(socket::open),
    ]
}

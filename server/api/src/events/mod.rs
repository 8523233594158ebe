//! Live events for the views: a WebSocket that carries to each operator what they may see.

mod scope;
mod socket;
mod sockets;

use axum::Router;
use axum::routing::get;

use crate::ApiState;

pub use socket::{End, Listener, close, heard, sent};
pub use sockets::Sockets;

/// The WebSocket.
pub fn router() -> Router<ApiState> {
    Router::new().route("/api/v1/token/events/", get(socket::open))
}

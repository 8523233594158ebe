//! Agents of before, which speak version 1 over `/tunnel`, and what version 5 had for browsers: only where the settings say so.
//!
//! An agent is let in by the verified certificate of its computer. From there on it is an agent as any other: what the relay
//! sends it in frames is told it in its own words, and the other way round. Nobody else may speak version 1.

mod acting;
mod agent;
mod browser;
mod identity;
mod register;
mod said;
mod tunnels;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::ws::{Message, WebSocket};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use migasfree_tunnel::frame::StreamId;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Duration, timeout};

use crate::state::Relay;

/// The longest message: agents send what they read at once, 8 KiB, in hexadecimal.
const LARGEST: usize = 256 * 1024;
/// Who takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// A farewell takes no longer.
const FAREWELL: Duration = Duration::from_secs(5);

/// The addresses of version 1.
pub(crate) fn router() -> Router<Relay> {
    let register = post(register::register).layer(DefaultBodyLimit::max(register::LARGEST));
    Router::new()
        .route("/manager/v1/private/tunnel/register", register.clone())
        .route("/manager/v1/private/tunnel/register/", register)
        .route("/tunnel", get(agent::of_agent))
        .route("/tunnel/", get(agent::of_agent))
        .route("/ws/tunnel/computers/{computer}/", get(browser::of_browser))
}

/// Why somebody is not let in, as version 5 says it.
#[derive(Debug)]
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"detail": self.1}))).into_response()
    }
}

/// Something that waits to be sent, and the bytes of a stream that are used up with it.
#[derive(Debug)]
struct Letter {
    message: Message,
    uses: Option<(StreamId, usize)>,
}

/// Sends what waits, until there will be no more, and tells which bytes are used up.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut waiting: UnboundedReceiver<Letter>,
    used: UnboundedSender<(StreamId, usize)>,
) {
    while let Some(letter) = waiting.recv().await {
        let sent = timeout(PATIENCE, sink.send(letter.message)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
        if let Some(uses) = letter.uses {
            let _ = used.send(uses);
        }
    }
    let _ = timeout(FAREWELL, sink.close()).await;
}

/// Serves a socket: `work` says what is sent, and ends it.
async fn serve(writing: impl Future<Output = ()>, work: impl Future<Output = ()>) {
    tokio::pin!(writing);
    tokio::select! {
        () = &mut writing => return,
        () = work => {}
    }
    let _ = timeout(FAREWELL, writing).await;
}

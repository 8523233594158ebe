//! The alerts as a WebSocket.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use migasfree_server_domain::stats::{Reader, alerts};

use crate::ApiState;
use crate::events::{End, LOOK_AGAIN_EVERY, Listener, Pings, close, send};

const PUSH_EVERY: Duration = Duration::from_secs(10);

/// `GET /alerts/`: a WebSocket that gets the alerts every ten seconds.
pub(super) async fn socket(
    State(state): State<ApiState>,
    listener: Listener,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(4096)
        .on_upgrade(move |socket| push(socket, state, listener))
}

async fn push(mut socket: WebSocket, state: ApiState, mut listener: Listener) {
    let mut rounds = tokio::time::interval(PUSH_EVERY);
    let mut looks = tokio::time::interval(LOOK_AGAIN_EVERY);
    let mut pings = Pings::every(state.ping_every);
    let end = loop {
        let goes_on = tokio::select! {
            _ = rounds.tick() => tell(&mut socket, &state, &listener).await,
            _ = looks.tick() => look(&state, &mut listener).await,
            () = pings.due() => pings.ask(&mut socket).await,
            message = socket.recv() => pings.heard(message),
            () = state.stop.cancelled() => Err(End::ServerStops),
        };
        if let Err(end) = goes_on {
            break end;
        }
    };
    close(socket, end).await;
}

async fn tell(socket: &mut WebSocket, state: &ApiState, listener: &Listener) -> Result<(), End> {
    let reader = Reader::of(&state.services, listener.operator().clone());
    let alerts = alerts::list(&state.services, &reader)
        .await
        .map_err(|error| {
            if state.stop.is_cancelled() {
                // What failed had lost its database.
                return End::ServerStops;
            }
            tracing::error!(%error, "the alerts cannot be told");
            End::Failed
        })?;
    send(socket, Message::Text(alerts.to_string().into())).await
}

/// Looks the operator up between two rounds.
async fn look(state: &ApiState, listener: &mut Listener) -> Result<(), End> {
    match listener.refresh(state).await {
        Ok(false) => Err(End::SignInAgain),
        // The database will answer the next time.
        Ok(true) | Err(_) => Ok(()),
    }
}

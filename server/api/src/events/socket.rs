//! `GET /api/v1/token/events/`: the WebSocket.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use migasfree_server_auth::{
    ACCOUNT, AuthError, Connection, Operator, ticket::take as take_ticket,
};
use migasfree_types::events::Event;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use super::scope::View;
use super::sockets::Place;
use crate::ApiState;

const PING_EVERY: Duration = Duration::from_secs(30);
/// The operator is looked up again: rights and preferences change, sessions end.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(30);
/// What an operator may do and see is put together from these. Whose they are is not in the event, nor who lost them.
const RIGHTS: [&str; 3] = ["core.domain", "core.scope", "auth.group"];
/// Nobody has anything to tell us.
const LARGEST_MESSAGE: usize = 4096;
/// Close code: the credential is not good any more.
const CLOSE_UNAUTHORIZED: u16 = 4401;
const SIGN_IN_AGAIN: &str = "sign in again";

#[derive(Deserialize)]
struct Parameters {
    ticket: Option<String>,
}

/// Who listens: by ticket, or as every other request says it.
#[derive(Debug)]
pub struct Listener {
    operator: Operator,
    /// Given back when the socket is closed.
    _place: Place,
}

impl Listener {
    /// The operator, as last looked up.
    pub const fn operator(&self) -> &Operator {
        &self.operator
    }

    fn new(operator: Operator, state: &ApiState) -> Result<Self, AuthError> {
        let limit = state.sockets_per_account;
        let place = state.sockets.enter(operator.id, limit)?;
        Ok(Self {
            operator,
            _place: place,
        })
    }

    /// Whether something happened to the operator's own account, or to what rights are made of.
    fn is_concerned_by(&self, event: &Event) -> bool {
        let Event::Changed { entity, id, .. } = event else {
            return false;
        };
        if entity == ACCOUNT {
            return id.is_none_or(|id| id == self.operator.id.0);
        }
        !self.operator.is_superuser && RIGHTS.contains(&entity.as_str())
    }

    /// Looks the operator up again; false when the credential is not good any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refresh(&mut self, state: &ApiState) -> migasfree_server_db::Result<bool> {
        let Operator {
            id,
            credential,
            address,
            ..
        } = &self.operator;
        if !credential.is_good(&state.db, state.clock.now()).await? {
            return Ok(false);
        }
        match Operator::load(&state.auth, *id, *credential, address.clone()).await? {
            Some(operator) => {
                self.operator = operator;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

impl FromRequestParts<ApiState> for Listener {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, AuthError> {
        let ticket = Query::<Parameters>::try_from_uri(&parts.uri)
            .ok()
            .and_then(|query| query.0.ticket);
        let Some(ticket) = ticket else {
            let operator = Operator::from_request_parts(parts, state).await?;
            return Self::new(operator, state);
        };
        let Ok(connection) = Connection::from_request_parts(parts, state).await;
        let address = connection.client.to_string();
        let owner = take_ticket(&state.db, &ticket, state.clock.now()).await?;
        let operator = match owner {
            Some((id, credential)) => Operator::load(&state.auth, id, credential, address).await?,
            None => None,
        };
        match operator {
            Some(operator) => Self::new(operator, state),
            None => {
                state.auth.anonymous.hit(&connection.bucket())?;
                Err(AuthError::NotAuthenticated)
            }
        }
    }
}

/// Opens the WebSocket for an operator.
pub(super) async fn open(
    State(state): State<ApiState>,
    listener: Listener,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(LARGEST_MESSAGE)
        .read_buffer_size(LARGEST_MESSAGE)
        .on_upgrade(move |socket| serve(socket, state, listener))
}

async fn serve(mut socket: WebSocket, state: ApiState, mut listener: Listener) {
    let mut events = state.events.listen();
    let mut pings = tokio::time::interval(PING_EVERY);
    let mut looks = tokio::time::interval(LOOK_AGAIN_EVERY);
    looks.reset();
    let mut view = View::of(&state, listener.operator().clone());
    loop {
        let sent = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    let concerned = listener.is_concerned_by(&event);
                    if concerned && !look(&state, &mut listener, &mut view).await {
                        return close(socket, CLOSE_UNAUTHORIZED, SIGN_IN_AGAIN).await;
                    }
                    tell(&mut socket, &mut view, &event).await
                }
                // What was missed may have been about the operator.
                Err(RecvError::Lagged(_)) => {
                    if !look(&state, &mut listener, &mut view).await {
                        return close(socket, CLOSE_UNAUTHORIZED, SIGN_IN_AGAIN).await;
                    }
                    tell(&mut socket, &mut view, &Event::Resync).await
                }
                Err(RecvError::Closed) => return,
            },
            _ = pings.tick() => socket.send(Message::Ping(Vec::new().into())).await.is_ok(),
            _ = looks.tick() => {
                if !look(&state, &mut listener, &mut view).await {
                    return close(socket, CLOSE_UNAUTHORIZED, SIGN_IN_AGAIN).await;
                }
                true
            },
            message = socket.recv() => matches!(message, Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_)))),
            () = state.stop.cancelled() => return close(socket, close_code::RESTART, "the server stops").await,
        };
        if !sent {
            return;
        }
    }
}

/// Looks the operator up again; false when they may listen no more.
async fn look(state: &ApiState, listener: &mut Listener, view: &mut View) -> bool {
    match listener.refresh(state).await {
        Ok(true) => {
            *view = View::of(state, listener.operator().clone());
            true
        }
        Ok(false) => false,
        // The database will answer the next time.
        Err(_) => true,
    }
}

async fn tell(socket: &mut WebSocket, view: &mut View, event: &Event) -> bool {
    match view.shows(event).await {
        Ok(true) => match serde_json::to_string(event) {
            Ok(text) => socket.send(Message::Text(text.into())).await.is_ok(),
            Err(_) => true,
        },
        Ok(false) => true,
        Err(error) => {
            tracing::warn!(%error, "cannot tell whether an operator may see an event");
            true
        }
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    let _ = socket.send(Message::Close(Some(frame))).await;
}

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

use super::line::{Pings, send};
use super::scope::View;
use super::sockets::Place;
use crate::ApiState;

/// The operator is looked up again: rights and preferences change, sessions end, also where nobody here was told.
pub const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(4);
/// What an operator may do and see is put together from these. Whose they are is not in the event, nor who lost them.
const RIGHTS: [&str; 3] = ["core.domain", "core.scope", "auth.group"];
/// Nobody has anything to tell us.
const LARGEST_MESSAGE: usize = 4096;

/// Why a socket ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// The credential is not good any more.
    SignInAgain,
    /// What it carries cannot be had.
    Failed,
    ServerStops,
    /// Something came that nobody here understands.
    NotUnderstood,
    /// The other side is going.
    Asked,
    /// The other side is gone.
    Gone,
}

impl End {
    /// The code and the reason that are told.
    const fn told(self) -> Option<(u16, &'static str)> {
        match self {
            Self::SignInAgain => Some((4401, "sign in again")),
            Self::Failed => Some((
                close_code::ERROR,
                "the server failed to do this; its log says why",
            )),
            Self::ServerStops => Some((close_code::RESTART, "the server stops")),
            Self::NotUnderstood => Some((close_code::UNSUPPORTED, "nothing is to be sent here")),
            Self::Asked | Self::Gone => None,
        }
    }
}

/// Ends a socket and tells why.
pub async fn close(mut socket: WebSocket, end: End) {
    if let Some((code, reason)) = end.told() {
        let reason = reason.into();
        let frame = CloseFrame { code, reason };
        let _ = send(&mut socket, Message::Close(Some(frame))).await;
    } else if matches!(end, End::Asked) {
        // The answer to its farewell goes out when the next message is looked for.
        let _ = socket.recv().await;
    }
}

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
                state.auth.anonymous.hit(&connection.bad_tokens())?;
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
    let mut pings = Pings::every(state.ping_every);
    let mut looks = tokio::time::interval(LOOK_AGAIN_EVERY);
    looks.reset();
    let mut view = View::of(&state, listener.operator().clone());
    let end = loop {
        let goes_on = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    let looked = if listener.is_concerned_by(&event) {
                        look(&state, &mut listener, &mut view).await
                    } else {
                        Ok(())
                    };
                    match looked {
                        Ok(()) => tell(&mut socket, &mut view, &event).await,
                        end => end,
                    }
                }
                // What was missed may have been about the operator.
                Err(RecvError::Lagged(_)) => match look(&state, &mut listener, &mut view).await {
                    Ok(()) => tell(&mut socket, &mut view, &Event::Resync).await,
                    end => end,
                },
                Err(RecvError::Closed) => Err(End::ServerStops),
            },
            () = pings.due() => pings.ask(&mut socket).await,
            _ = looks.tick() => look(&state, &mut listener, &mut view).await,
            message = socket.recv() => pings.heard(message),
            () = state.stop.cancelled() => Err(End::ServerStops),
        };
        if let Err(end) = goes_on {
            break end;
        }
    };
    close(socket, end).await;
}

/// Looks the operator up again.
///
/// # Errors
/// [`End::SignInAgain`] when they may listen no more.
async fn look(state: &ApiState, listener: &mut Listener, view: &mut View) -> Result<(), End> {
    match listener.refresh(state).await {
        Ok(true) => {
            *view = View::of(state, listener.operator().clone());
            Ok(())
        }
        Ok(false) => Err(End::SignInAgain),
        // The database will answer the next time.
        Err(_) => Ok(()),
    }
}

async fn tell(socket: &mut WebSocket, view: &mut View, event: &Event) -> Result<(), End> {
    match view.shows(event).await {
        Ok(true) => match serde_json::to_string(event) {
            Ok(text) => send(socket, Message::Text(text.into())).await,
            Err(_) => Ok(()),
        },
        Ok(false) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "cannot tell whether an operator may see an event");
            Ok(())
        }
    }
}

//! One message and its answer: opened, accepted once, and sealed again.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use migasfree_envelope::{OpenError, PrivateKey};
use migasfree_server_audit::Author;
use migasfree_server_auth::Connection;
use migasfree_server_entity::{messages::null_character, value::has_nul};
use serde_json::{Value, json};

use super::Repeat;
use super::clear::{refused, to_be_retried, unsealed};
use crate::ProtocolState;
use crate::messages;
use crate::safe::answer::{Answer, Refusal, Reply, plain};
use crate::safe::body;
use crate::safe::keys::Owner;
use crate::safe::packagers;
use crate::safe::protocol::{Peer, Protocol};
use crate::safe::refusals::Reason;
use crate::safe::replays::Seen;

/// The keys and services of one exchange.
pub(super) struct Exchange {
    pub(super) state: ProtocolState,
    pub(super) protocol: Arc<Protocol>,
    server: Arc<PrivateKey>,
    /// Known from the start, or by the signature.
    pub(super) peer: OnceLock<Peer>,
}

impl Exchange {
    /// With the computers of a project.
    pub(super) async fn begin(
        state: ProtocolState,
        protocol: Arc<Protocol>,
        peer: Owner<'_>,
    ) -> Result<Self, Refusal> {
        let peer = Peer::Project(state.keys.get(peer).await?);
        let exchange = Self::with_somebody(state, protocol).await?;
        let _ = exchange.peer.set(peer);
        Ok(exchange)
    }

    /// With whoever signed the message that comes.
    pub(super) async fn with_somebody(
        state: ProtocolState,
        protocol: Arc<Protocol>,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            server: state.keys.get(Owner::Server).await?,
            state,
            protocol,
            peer: OnceLock::new(),
        })
    }

    pub(super) async fn open(&self, message: &str, repeat: Repeat) -> Result<Value, Refusal> {
        let seen = Seen::of(message);
        let peer = self.peer.get().ok_or_else(Refusal::invalid_data)?;
        let claims = self.protocol.open(message, &self.server, peer).await?;
        let claims = claims.map_err(|error| unreadable(&error))?;
        self.accept(seen, claims, repeat).await
    }

    /// Opens a message of some packager; answers who that is, too.
    pub(super) async fn open_upload(
        &self,
        message: String,
        connection: Connection,
        repeat: Repeat,
    ) -> Result<(Value, Author), Refusal> {
        let seen = Seen::of(&message);
        let letter = self.protocol.decipher(message, &self.server).await?;
        let letter = letter.map_err(|error| unreadable(&error))?;
        let (claims, packager) =
            packagers::identify(&self.state, &self.protocol, connection, letter).await?;
        let _ = self.peer.set(Peer::Public(packager.key));
        // Stores and sets are made under these names.
        if has_nul(&claims) {
            return Err(Refusal::Said(StatusCode::BAD_REQUEST, null_character()));
        }
        Ok((self.accept(seen, claims, repeat).await?, packager.author))
    }

    async fn accept(
        &self,
        seen: Seen,
        mut claims: Value,
        repeat: Repeat,
    ) -> Result<Value, Refusal> {
        let now = self.state.clock.now();
        let is_new = self.protocol.replays.is_new(seen, now);
        let accepted = match repeat {
            Repeat::Harmless => true,
            Repeat::Refused => is_new,
            Repeat::Never => is_new && seen.use_up(&self.state.db, now).await?,
        };
        if !accepted {
            return Err(Refusal::already_received());
        }
        if !claims.is_object() {
            return Err(Refusal::malformed_claims());
        }
        if body::remove_nul(&mut claims) {
            let named = claims.get("id").or_else(|| claims.get("name"));
            let computer = named.map(ToString::to_string).unwrap_or_default();
            tracing::warn!(
                computer,
                "a message has null characters, which are left out: no text can hold them"
            );
        }
        Ok(claims)
    }

    /// Seals an answer or refusal.
    pub(super) async fn finish(self, reply: Reply) -> Response {
        let mut retry_after = None;
        let (status, data, reason) = match reply {
            Ok(Answer { status, data }) => (status, data, None),
            // That there is nothing is an answer, too.
            Err(Refusal::Sealed(StatusCode::NOT_FOUND, data)) => {
                (StatusCode::NOT_FOUND, data, None)
            }
            Err(Refusal::Sealed(status, data)) => {
                let reason = Reason::of(&data);
                (status, data, Some(reason))
            }
            Err(Refusal::Said(StatusCode::NOT_FOUND, message)) => {
                (StatusCode::NOT_FOUND, Value::from(message.text), None)
            }
            Err(Refusal::Said(status, message)) => {
                let data = Value::from(message.text.as_str());
                (status, data, Some(Reason::said(message)))
            }
            Err(Refusal::TooMany(what, seconds)) => {
                retry_after = Some(seconds);
                let reason = Reason::too_many(what);
                let data = Value::from(reason.text());
                (StatusCode::TOO_MANY_REQUESTS, data, Some(reason))
            }
            Err(other) => return unsealed(other),
        };
        let Some(peer) = self.peer.get() else {
            // Nobody is known whom it could be sealed for.
            let answer = plain(status, data.as_str().unwrap_or_default());
            let reason = reason.unwrap_or_else(|| Reason::of(&data));
            return refused(answer, Some(reason));
        };
        match self.protocol.seal(data, &self.server, peer).await {
            Ok(msg) => {
                let answer = (status, Json(json!({ "msg": msg }))).into_response();
                refused(to_be_retried(answer, retry_after), reason)
            }
            Err(stopping) => unsealed(stopping.into()),
        }
    }
}

/// Why a message cannot be used, told alike for everything that keeps it from being deciphered.
pub(in crate::safe) fn unreadable(error: &OpenError) -> Refusal {
    match error {
        OpenError::Undecipherable => Refusal::invalid_data(),
        OpenError::InvalidSignature | OpenError::PayloadMismatch => {
            Refusal::Said(StatusCode::BAD_REQUEST, messages::invalid_signature())
        }
    }
}

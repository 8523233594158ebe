//! Who speaks version 1: the computer that a verified certificate is of, and nobody else.

use axum::http::{Extensions, StatusCode};
use migasfree_server_auth::Peer;

use super::Refusal;
use crate::sessions::Certified;
use crate::state::Relay;

/// The computer at the other end, as its certificate says, which the handshake verified, or whoever judged what a trusted proxy
/// passes on. What a message claims says nothing.
pub(super) async fn of(relay: &Relay, extensions: &Extensions) -> Result<Certified, Refusal> {
    let peer = extensions.get::<Peer>();
    let shown = peer.and_then(|peer| peer.tls.as_ref()?.certificate.clone());
    let Some(certificate) = shown else {
        relay.refused("version_1");
        return Err(Refusal(
            StatusCode::FORBIDDEN,
            "Version 1 is for agents of computers, which show a certificate. Connect 1.x is not served: use migasfree-connect.",
        ));
    };
    match relay.sessions.certified(&certificate).await {
        Ok(Some(certified)) => Ok(certified),
        Ok(None) => {
            relay.refused("version_1");
            Err(Refusal(
                StatusCode::FORBIDDEN,
                "The certificate is of no computer that speaks version 1: it is unknown, unsubscribed, or has a key of its own.",
            ))
        }
        Err(error) => {
            tracing::error!(%error, "a certificate cannot be looked up");
            Err(Refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server failed to do this; its log says why.",
            ))
        }
    }
}

//! What computers and proxies fetch of the certificate authority (5.3).
//!
//! Certificates themselves are not given here: whoever only names a computer is not it. Clients of version 5 take the 404 of
//! all other calls for "not offered", and are silent about it.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_domain::{
    certificates::{self, Published},
    services::OfDomain as _,
};

use super::not_found;
use crate::ProtocolState;
use crate::safe::plain;

/// `GET /manager/v1/public/ca`: what has to be trusted, the root last.
pub(super) async fn authority(State(state): State<ProtocolState>) -> Response {
    match state.domain().certificates.chain_pem().await {
        Ok(Some(pem)) => ([(header::CONTENT_TYPE, "application/pkix-cert")], pem).into_response(),
        Ok(None) => not_found().await,
        Err(error) => failed(&error),
    }
}

/// `GET /manager/v1/public/crl`: the certificates that were taken back.
pub(super) async fn revoked(State(state): State<ProtocolState>) -> Response {
    match certificates::published(&state.db).await {
        Ok(Some(Published { pem, .. })) => {
            ([(header::CONTENT_TYPE, "application/pkix-crl")], pem).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => failed(&error),
    }
}

/// `GET /manager/v1/public/crl.der`: the same for programs that read the address in a certificate.
pub(super) async fn revoked_der(State(state): State<ProtocolState>) -> Response {
    match certificates::published(&state.db).await {
        Ok(published) => match published.and_then(|list| list.der()) {
            Some(der) => ([(header::CONTENT_TYPE, "application/pkix-crl")], der).into_response(),
            None => not_found().await,
        },
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "the certificate authority cannot be told of");
    plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error.")
}

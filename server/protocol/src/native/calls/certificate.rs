//! `certificate/`: a certificate for the computer.

use axum::http::StatusCode;
use migasfree_native::certificates::{CertificateGiven, CertificateWanted};
use migasfree_server_audit::Author;
use migasfree_server_domain::certificates::{CertificateError, give_for_asking};
use migasfree_server_domain::client::caller::Refused as Rejected;
use migasfree_server_domain::ids::ComputerId;

use crate::native::arrival::Calling;
use crate::native::denial::Denial;
use crate::native::written::{Outcome, ok};

/// Seconds after which a computer that asked too often tries again.
const LATER: u64 = 3600;

pub(in crate::native) async fn answer(call: Calling, wanted: CertificateWanted) -> Outcome {
    let id: ComputerId = call.computer.id;
    let author = Author {
        user: None,
        name: format!("CID-{id}"),
        address: call.connection.client.to_string(),
    };
    let known_by = call.key.to_bytes();
    let csr = wanted.certificate_request;
    let given = give_for_asking(&call.state.services, &author, id, &known_by, csr).await;
    let issued = given.map_err(denied)?.issued;
    ok(&CertificateGiven {
        certificate: issued.certificate_pem,
        chain: issued.chain_pem,
        not_after: issued.not_after.seconds(),
    })
}

fn denied(error: CertificateError) -> Denial {
    let Some(message) = error.message() else {
        return match error {
            CertificateError::Database(error) => error.into(),
            CertificateError::Gone => Rejected::Gone.into(),
            other => Denial::internal(other),
        };
    };
    match error {
        CertificateError::TooMany => Denial::later(StatusCode::TOO_MANY_REQUESTS, message, LATER),
        error if error.is_of_authority() => Denial::said(StatusCode::CONFLICT, message),
        _ => Denial::said(StatusCode::BAD_REQUEST, message),
    }
}

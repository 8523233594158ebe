//! `keys/repositories/`: the server's word about the keys its repositories are signed with.

use migasfree_server_domain::services::OfDomain as _;
use serde::Deserialize;
use serde_json::json;

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ProjectCall;

/// Characters of the longest nonce.
const LONGEST_NONCE: usize = 128;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    /// Comes back with the answer, so that no older one passes for it.
    nonce: String,
}

pub(in crate::safe) async fn answer(call: ProjectCall, claims: Claims) -> Reply {
    if claims.nonce.is_empty() || claims.nonce.chars().count() > LONGEST_NONCE {
        return Err(Refusal::malformed_claims());
    }
    ok(json!({
        "nonce": claims.nonce,
        "fingerprints": [call.state.domain().signer.fingerprint().to_uppercase()],
    }))
}

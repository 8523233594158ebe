//! Which computer calls, by what it says of itself.

use axum::http::StatusCode;

use super::answer::Refusal;
use super::call::ProjectCall;
use super::store::identity;
use crate::core::rules::identity::Match;
use crate::ids::ComputerId;

/// The computer that reports this UUID and name, if there is one.
pub(super) async fn find(
    call: &ProjectCall,
    uuid: &str,
    name: &str,
) -> Result<Option<ComputerId>, Refusal> {
    let settings = &call.state.settings.clients;
    match identity::find(&call.state.db, settings, call.project.id, uuid, name).await? {
        Match::Nobody => Ok(None),
        Match::One(id) => Ok(Some(id)),
        Match::Several(first, second) => {
            let text = format!(
                "CID-{first} and CID-{second} are both called {name} and have no UUID of their own: \
                 give one of them another name, or delete the one that is no more"
            );
            Err(Refusal::text(StatusCode::FORBIDDEN, &text))
        }
    }
}

//! Which computer calls, by what it says of itself.

use axum::http::StatusCode;

use super::answer::Refusal;
use super::call::ProjectCall;
use super::store::identity::{self, Claimed, Found, Row};

/// The computer that reports this UUID and name, if there is one.
pub(super) async fn find(
    call: &mut ProjectCall<Claimed>,
    uuid: &str,
    name: &str,
) -> Result<Option<Row>, Refusal> {
    let claimed = std::mem::take(&mut call.beside);
    let (db, settings) = (&call.state.db, &call.state.settings.clients);
    match identity::find(db, settings, call.project.id, claimed, (uuid, name)).await? {
        Found::Nobody => Ok(None),
        Found::One(row) => Ok(Some(row)),
        Found::Several(first, second) => {
            let text = format!(
                "CID-{first} and CID-{second} are both called {name} and have no UUID of their own: \
                 give one of them another name, or delete the one that is no more"
            );
            Err(Refusal::text(StatusCode::FORBIDDEN, &text))
        }
    }
}

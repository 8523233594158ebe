//! Which computer calls, by what it says of itself.

use axum::http::StatusCode;
use migasfree_server_db::Tx;
use migasfree_server_domain::client::identity::{self, Asked, Claimed, Found, Row};
use migasfree_server_domain::client::projects::Project;
use migasfree_server_domain::{identity::sealed_allowed, messages};

use super::answer::Refusal;
use super::call::ProjectCall;
use super::membership::not_sealed;

/// The computer that reports this UUID and name, if there is one.
pub(super) async fn find(
    call: &mut ProjectCall<Claimed>,
    uuid: &str,
    name: &str,
) -> Result<Option<Row>, Refusal> {
    let claimed = std::mem::take(&mut call.beside);
    let (asked, settings) = (
        Asked::Database(&call.state.db),
        &call.state.settings.clients,
    );
    let found = identity::find(asked, settings, call.project.id, claimed, (uuid, name)).await?;
    one(found, name, &call.project)
}

/// The same within a transaction that registers it, if there is none; others who want to wait for its end.
pub(super) async fn find_alone(
    tx: &mut Tx,
    call: &ProjectCall<Claimed>,
    uuid: &str,
    name: &str,
) -> Result<Option<Row>, Refusal> {
    let (settings, project, who) = (&call.state.settings.clients, call.project.id, (uuid, name));
    let claimed = identity::claimed_alone(tx, settings, project, who).await?;
    let found = identity::find(Asked::Within(tx), settings, project, claimed, who).await?;
    one(found, name, &call.project)
}

fn one(found: Found, name: &str, project: &Project) -> Result<Option<Row>, Refusal> {
    match found {
        Found::Nobody => Ok(None),
        Found::One(row) => {
            sealed_allowed(project, row.has_moved).map_err(not_sealed)?;
            Ok(Some(row))
        }
        Found::Several(first, second) => {
            let (first, second) = (format!("CID-{first}"), format!("CID-{second}"));
            let message = messages::computers_alike(first, second, name);
            Err(Refusal::Said(StatusCode::FORBIDDEN, message))
        }
    }
}

//! `computers/tags/`: sets the tags of the computer (4.7).

use migasfree_server_domain::client::tags;
use serde::Deserialize;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    /// `PREFIX-value`; none clears all. Has to be there, so that no other call's claims do.
    #[serde(deserialize_with = "Option::deserialize")]
    tags: Option<Vec<String>>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let given = claims.tags.unwrap_or_default();
    ok(tags::choose(&call.caller(), &given).await?)
}

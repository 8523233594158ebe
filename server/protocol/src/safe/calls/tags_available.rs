//! `computers/tags/available/`: the tags the computer may have, by property.

use migasfree_server_domain::client::tags;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let offered = tags::offered(&call.state.db, call.computer.id, call.project.id).await?;
    ok(tags::available(offered))
}

//! `computers/tags/assigned/`: the tags the computer has.

use migasfree_server_domain::client::{attributes, tags};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let assigned = attributes::tags(&call.state.db, call.computer.id).await?;
    ok(tags::assigned(&assigned))
}

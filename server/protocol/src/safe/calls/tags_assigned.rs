//! `computers/tags/assigned/`: the tags the computer has.

use migasfree_server_domain::client::attributes;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let tags = attributes::tags(&call.state.db, call.computer.id).await?;
    ok(tags
        .iter()
        .map(|tag| format!("{}-{}", tag.prefix, tag.value))
        .collect::<Vec<_>>())
}

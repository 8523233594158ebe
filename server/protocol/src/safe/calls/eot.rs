//! `eot/`: end of transmission.

use migasfree_server_domain::client::records;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    records::end(&call.caller()).await?;
    ok("EOT OK")
}

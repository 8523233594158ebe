//! `computers/packages/mandatory/`: what must and must not be installed (8.5).

use migasfree_server_domain::client::policies::Deciding;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Deciding>, _: NoClaims) -> Reply {
    let (call, deciding) = call.apart();
    ok(deciding.mandatory(&call.caller()))
}

//! `computers/faults/definitions/`: what the computer is to check (8.6).

use migasfree_server_domain::client::faults::Definitions;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Definitions>, _: NoClaims) -> Reply {
    ok(call.beside.told())
}

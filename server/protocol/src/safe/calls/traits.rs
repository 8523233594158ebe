//! `computers/traits/`: what the last synchronisation found out.

use migasfree_server_domain::client::attributes::Synchronised;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Synchronised>, _: NoClaims) -> Reply {
    ok(call.beside.traits())
}

//! `computers/properties/`: what the computer is to evaluate (8.2).

use migasfree_server_domain::client::properties::ToEvaluate;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<ToEvaluate>, _: NoClaims) -> Reply {
    ok(call.beside.told())
}

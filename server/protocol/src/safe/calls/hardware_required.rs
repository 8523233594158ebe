//! `computers/hardware/required/`: is it time to look at the hardware again?

use migasfree_server_domain::client::hardware;
use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    ok(json!({ "capture": hardware::is_due(&call.caller()) }))
}

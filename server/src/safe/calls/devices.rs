//! `computers/devices/`: the printers of the computer. None are managed here yet.

use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(_: ComputerCall, _: NoClaims) -> Reply {
    ok(json!({ "logical": [], "default": 0 }))
}

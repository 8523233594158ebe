//! `computers/info/`: what the server knows of the computer.

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::shown;

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    ok(shown::info(&call.state.settings, &call.computer))
}

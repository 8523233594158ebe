//! `computers/label/`: what is printed on the computer's label.

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::shown;

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    ok(shown::label(&call.state.settings, &call.computer))
}

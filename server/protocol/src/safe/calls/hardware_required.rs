//! `computers/hardware/required/`: is it time to look at the hardware again?

use std::time::Duration;

use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let period = DAY * call.state.settings.hardware_period_days;
    let last = call.computer.last_hardware_capture;
    ok(json!({ "capture": last.is_none_or(|last| call.now.since(last) > period) }))
}

//! `computers/label/`: what is printed on the computer's label.

use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let settings = &call.state.settings;
    ok(json!({
        "uuid": call.computer.uuid,
        "name": call.computer.name,
        "search": call.computer.display_name(&settings.search_fields()),
        "helpdesk": settings.clients.help_desk,
    }))
}

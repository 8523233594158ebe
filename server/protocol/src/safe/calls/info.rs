//! `computers/info/`: what the server knows of the computer.

use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let settings = &call.state.settings;
    let computer = &call.computer;
    ok(json!({
        "uuid": computer.uuid,
        "name": computer.name,
        "search": computer.display_name(&settings.search_fields()),
        "status": computer.status,
        "sync_end_date": computer.sync_end_date,
        "fqdn": computer.fqdn,
        "mac_address": computer.mac_address,
        "ip_address": computer.ip_address,
        "cpu": computer.cpu,
        "architecture": computer.architecture,
        "ram": computer.ram,
        "storage": computer.storage,
        "disks": computer.disks,
        "product": computer.product,
        "product_system": computer.product_system,
        "helpdesk": settings.clients.help_desk,
    }))
}

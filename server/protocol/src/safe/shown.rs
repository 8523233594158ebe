//! What a computer is told of itself, in whichever protocol.

use migasfree_server_domain::client::computers::Computer;
use serde_json::{Value, json};

use crate::Settings;

/// What the server knows of it.
pub(crate) fn info(settings: &Settings, computer: &Computer) -> Value {
    json!({
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
    })
}

/// What is printed on its label.
pub(crate) fn label(settings: &Settings, computer: &Computer) -> Value {
    json!({
        "uuid": computer.uuid,
        "name": computer.name,
        "search": computer.display_name(&settings.search_fields()),
        "helpdesk": settings.clients.help_desk,
    })
}

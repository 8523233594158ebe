//! Who this computer is and how it is set up, in the records of the bus.

use std::collections::HashMap;

use migasfree_dbus::{ComputerInfo, ComputerLabel, ConfigValue, Origin, TraitRecord};
use zbus::{OwnedVariant, Variant};

use super::computer::Computer;
use super::known::Known;
use crate::config::{self, Settings, Shown, Value};

/// The server's record of this computer with what the daemon knows itself.
#[must_use]
pub fn info(computer: &Computer, known: &Known) -> ComputerInfo {
    let identity = computer.identity();
    let facts = known.facts();
    let info = &facts.info;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let small = |value: Option<i64>| {
        value
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or_default()
    };
    let large = |value: Option<i64>| {
        value
            .and_then(|value| u64::try_from(value).ok())
            .unwrap_or_default()
    };
    let address = text(&info.ip_address);
    ComputerInfo {
        id: computer.id(),
        uuid: identity.uuid,
        name: identity.name,
        search: info.search.clone(),
        project: identity.project,
        server: identity.server,
        status: text(&info.status),
        sync_end_date: info.sync_end_date.clone(),
        user: facts.user.clone(),
        fqdn: text(&info.fqdn),
        mac_address: text(&info.mac_address),
        ip_address: if address.is_empty() {
            computer.engine().network().ip_address
        } else {
            address
        },
        cpu: text(&info.cpu),
        architecture: small(info.architecture),
        ram: large(info.ram),
        storage: large(info.storage),
        disks: small(info.disks),
        product: text(&info.product),
        product_system: text(&info.product_system),
        helpdesk: facts.label.helpdesk.clone(),
        age: computer.age(facts.fetched_at),
    }
}

/// What goes on the label of this computer.
#[must_use]
pub fn label(computer: &Computer, known: &Known) -> ComputerLabel {
    let identity = computer.identity();
    let facts = known.facts();
    let id = computer.id();
    let qr = serde_json::json!({"model": "computer", "id": id, "server": identity.server});
    ComputerLabel {
        id,
        uuid: identity.uuid,
        name: identity.name,
        search: facts.label.search.clone(),
        server: identity.server,
        helpdesk: facts.label.helpdesk.clone(),
        qr: qr.to_string(),
        age: computer.age(facts.fetched_at),
    }
}

/// The attributes that the server assigned, those of one prefix or all for an empty text.
#[must_use]
pub fn traits(computer: &Computer, prefix: &str) -> Vec<TraitRecord> {
    let traits = computer.engine().last_traits().into_iter();
    traits
        .filter(|one| prefix.is_empty() || one.prefix == prefix)
        .map(|one| TraitRecord {
            id: one.id,
            prefix: one.prefix,
            name: one.name,
            value: one.value,
            description: one.description,
            sort: one.sort,
        })
        .collect()
}

/// The settings of the computer in force, by their keys in lower case.
#[must_use]
pub fn settings(settings: &Settings) -> HashMap<String, ConfigValue> {
    let of_computer = settings.shown().into_iter().filter(Shown::is_of_computer);
    of_computer
        .filter_map(|one| {
            let origin = match one.origin {
                config::Origin::Environment => Origin::Environment,
                config::Origin::File => Origin::File,
                config::Origin::Default => Origin::Default,
            };
            let value = OwnedVariant::try_from(variant(one.value)).ok()?;
            Some((one.key.to_lowercase(), ConfigValue { value, origin }))
        })
        .collect()
}

/// Times are seconds on the bus, 0 for ever.
fn variant(value: Value) -> Variant<'static> {
    match value {
        Value::Text(text) => text.into(),
        Value::Flag(flag) => flag.into(),
        Value::Number(number) => u32::try_from(number).unwrap_or(u32::MAX).into(),
        Value::Time(time) => time.map_or(0, |time| time.as_secs()).into(),
        Value::Words(words) => words.into(),
    }
}

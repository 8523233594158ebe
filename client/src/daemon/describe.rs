//! Who this computer is and how it is set up, in the records of the bus.

use std::collections::HashMap;

use migasfree_dbus::{ComputerInfo, ComputerLabel, ConfigValue, Origin, TraitRecord};
use zbus::{OwnedVariant, Variant};

use super::core::Core;
use crate::config::{self, Settings};

impl Core {
    /// The server's id of this computer, 0 when not registered.
    #[must_use]
    pub fn computer_id(&self) -> u32 {
        let id = self.engine().identity().computer_id;
        id.and_then(|id| u32::try_from(id.0).ok())
            .unwrap_or_default()
    }

    fn age(&self, fetched_at: i64) -> u64 {
        u64::try_from(self.now() - fetched_at).unwrap_or_default()
    }
}

/// The server's record of this computer with what the daemon knows itself.
#[must_use]
pub fn info(core: &Core) -> ComputerInfo {
    let identity = core.engine().identity();
    let facts = core.known.facts();
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
        id: core.computer_id(),
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
            core.engine().network().ip_address
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
        age: core.age(facts.fetched_at),
    }
}

/// What goes on the label of this computer.
#[must_use]
pub fn label(core: &Core) -> ComputerLabel {
    let identity = core.engine().identity();
    let facts = core.known.facts();
    let id = core.computer_id();
    let qr = serde_json::json!({"model": "computer", "id": id, "server": identity.server});
    ComputerLabel {
        id,
        uuid: identity.uuid,
        name: identity.name,
        search: facts.label.search.clone(),
        server: identity.server,
        helpdesk: facts.label.helpdesk.clone(),
        qr: qr.to_string(),
        age: core.age(facts.fetched_at),
    }
}

/// The attributes that the server assigned, those of one prefix or all for an empty text.
#[must_use]
pub fn traits(core: &Core, prefix: &str) -> Vec<TraitRecord> {
    let traits = core.engine().last_traits().into_iter();
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

/// The settings in force, without secrets.
#[must_use]
pub fn settings(settings: &Settings) -> HashMap<String, ConfigValue> {
    let text = |value: &Option<String>| Variant::from(value.clone().unwrap_or_default());
    [
        ("server", "Server", Variant::from(settings.server.base())),
        (
            "project",
            "Project",
            Variant::from(settings.project.as_str()),
        ),
        (
            "computer_name",
            "Computer_Name",
            Variant::from(settings.computer_name.as_str()),
        ),
        (
            "auto_update_packages",
            "Auto_Update_Packages",
            settings.auto_update_packages.into(),
        ),
        (
            "manage_devices",
            "Manage_Devices",
            settings.manage_devices.into(),
        ),
        (
            "upload_hardware",
            "Upload_Hardware",
            settings.upload_hardware.into(),
        ),
        (
            "unattended_removals",
            "Unattended_Removals",
            u32::try_from(settings.unattended_removals)
                .unwrap_or(u32::MAX)
                .into(),
        ),
        ("debug", "Debug", settings.debug.into()),
        (
            "script_silence_limit",
            "Script_Silence_Limit",
            settings
                .script_silence_limit
                .map_or(0, |limit| limit.as_secs())
                .into(),
        ),
        ("proxy", "Proxy", text(&settings.proxy)),
        (
            "package_proxy_cache",
            "Package_Proxy_Cache",
            text(&settings.package_proxy_cache),
        ),
    ]
    .into_iter()
    .filter_map(|(name, key, value)| {
        let origin = match settings.origin("client", key) {
            config::Origin::Environment => Origin::Environment,
            config::Origin::File => Origin::File,
            config::Origin::Default => Origin::Default,
        };
        let value = OwnedVariant::try_from(value).ok()?;
        Some((name.to_owned(), ConfigValue { value, origin }))
    })
    .collect()
}

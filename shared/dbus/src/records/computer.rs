//! Who this computer is.

use serde::{Deserialize, Serialize};
use zbus::{OwnedVariant, Type};

use super::Origin;
use crate::wire::record;

record! {
    /// The server's record of this computer with what the daemon knows itself.
    pub struct ComputerInfo {
        /// The server's id (`u`), 0 when not registered.
        pub id: u32,
        /// Hardware UUID (`s`).
        pub uuid: String,
        /// Name (`s`).
        pub name: String,
        /// Text by which the organisation searches it (`s`).
        pub search: String,
        /// Project (`s`).
        pub project: String,
        /// Server without path (`s`).
        pub server: String,
        /// Lifecycle status (`s`): `intended`, `reserved`, `unknown`, `in repair`, `available`, `unsubscribed`.
        pub status: String,
        /// End of the last synchronisation, ISO 8601 (`s`).
        pub sync_end_date: Option<String>,
        /// User of the last synchronisation or of the graphical session (`s`).
        pub user: String,
        /// Full host name (`s`).
        pub fqdn: String,
        /// Hardware addresses, 12 hexadecimal digits each, joined (`s`).
        pub mac_address: String,
        /// Address (`s`).
        pub ip_address: String,
        /// Processor (`s`).
        pub cpu: String,
        /// Width of the processor in bits (`u`).
        pub architecture: u32,
        /// Memory in bytes (`t`).
        pub ram: u64,
        /// Storage in bytes (`t`).
        pub storage: u64,
        /// Number of disks (`u`).
        pub disks: u32,
        /// Product (`s`).
        pub product: String,
        /// Kind of product: desktop, laptop, virtual … (`s`).
        pub product_system: String,
        /// Whom to ask for help (`s`).
        pub helpdesk: String,
        /// Seconds since the server said so (`t`).
        pub age: u64,
    }
}

record! {
    /// What goes on the label of this computer.
    pub struct ComputerLabel {
        /// The server's id (`u`), 0 when not registered.
        pub id: u32,
        /// Hardware UUID (`s`).
        pub uuid: String,
        /// Name (`s`).
        pub name: String,
        /// Text by which the organisation searches it (`s`).
        pub search: String,
        /// Server without path (`s`).
        pub server: String,
        /// Whom to ask for help (`s`).
        pub helpdesk: String,
        /// The text of the QR code: JSON with `model` = `computer`, `id`, `server` (`s`).
        pub qr: String,
        /// Seconds since the server said so (`t`).
        pub age: u64,
    }
}

record! {
    /// The network of the default route; empty texts without a network.
    pub struct Network {
        /// `a.b.c.d/prefix` (`s`).
        pub network: String,
        /// Mask (`s`).
        pub mask: String,
        /// Address (`s`).
        pub ip_address: String,
    }
}

record! {
    /// An attribute that the server assigned to this computer.
    pub struct TraitRecord {
        /// The server's id (`x`).
        pub id: i64,
        /// The kind of attribute (`s`): `PCI`, `TAG`, …
        pub prefix: String,
        /// Name of the kind (`s`).
        pub name: String,
        /// Its value (`s`).
        pub value: String,
        /// What it is (`s`).
        pub description: String,
        /// Who works it out (`s`): `basic` and `server` the server, `client` this computer.
        pub sort: String,
    }
}

/// A setting: its value and where it comes from, `(vs)` on the bus.
#[derive(Debug, Serialize, Deserialize, Type)]
pub struct ConfigValue {
    /// `s`, `b`, `u`, `t` (seconds, 0 for no limit) or `as`.
    pub value: OwnedVariant,
    /// Where it comes from.
    pub origin: Origin,
}

//! This computer, and the way to its daemon and server.

use migasfree_vocabulary::Connectivity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The way from Play to the daemon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// Not tried yet.
    #[default]
    Connecting,
    /// The daemon answers.
    Ready,
    /// There is no bus, or nobody owns the daemon's name and it cannot be started.
    Missing,
    /// The daemon's interface is not the one this version of Play speaks.
    Incompatible,
}

/// This computer. Texts are empty and times 0 when unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computer {
    /// Whether the server knows it.
    pub registered: bool,
    /// How it proves who it is: `none`, `project-key`, `own-key`, `pending`, `rejected` or `damaged`.
    pub identification: String,
    /// Fingerprint of the key it made itself.
    pub key_fingerprint: String,
    /// Until when its certificate is valid, Unix seconds; 0 when it has none.
    pub certificate_until: i64,
    /// Id at the server, 0 when not registered.
    pub id: u32,
    /// Name.
    pub name: String,
    /// Identity of the hardware.
    pub uuid: String,
    /// Server address.
    pub server: String,
    /// Version of the server.
    pub server_version: String,
    /// Version of the daemon.
    pub client_version: String,
    /// Organisation.
    pub organization: String,
    /// Project it belongs to.
    pub project: String,
    /// How to reach the helpdesk, free text.
    pub help_desk: String,
    /// Way to the server.
    pub connectivity: Connectivity,
    /// Last successful synchronisation, in seconds since 1970.
    pub last_sync: i64,
    /// How the last one ended.
    pub last_sync_result: String,
    /// `none`, `recommended` or `required`.
    pub reboot: String,
    /// Program that holds the package manager; empty when free.
    pub locked_by: String,
    /// What the server and the daemon know about the machine.
    pub machine: Machine,
}

/// The machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// Lifecycle status: `intended`, `reserved`, `unknown`, `in repair`, `available`, `unsubscribed`.
    pub status: String,
    /// User of the last synchronisation or of the graphical session.
    pub user: String,
    /// Full host name.
    pub fqdn: String,
    /// Address.
    pub ip_address: String,
    /// Hardware addresses, 12 hexadecimal digits each, joined.
    pub mac_address: String,
    /// Product.
    pub product: String,
    /// Kind of product: desktop, laptop, virtual, …
    pub product_system: String,
    /// Processor.
    pub cpu: String,
    /// Width of the processor in bits, 0 when unknown.
    pub architecture: u32,
    /// Memory in bytes.
    pub ram: u64,
    /// Storage in bytes.
    pub storage: u64,
    /// Number of disks.
    pub disks: u32,
    /// Seconds since the server said so.
    pub age: u64,
}

/// A package of this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Architecture; empty when unknown.
    #[serde(default)]
    pub architecture: String,
}

/// Tags of this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// Tags it has, `PREFIX-value`.
    pub assigned: Vec<String>,
    /// Tags it may have, by prefix.
    pub available: BTreeMap<String, Vec<String>>,
}

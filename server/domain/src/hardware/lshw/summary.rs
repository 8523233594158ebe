//! What lists show of a computer's hardware.

use super::Node;

/// Vendors that make no hardware, and what their machines are called.
const HYPERVISORS: [(&str, &str); 7] = [
    ("innotek GmbH", "virtualbox"),
    ("Red Hat", "openstack"),
    ("Supermicro", "kvm host"),
    ("Xen", "xen"),
    ("Bochs", "kvm"),
    ("VMware, Inc.", "vmware"),
    ("QEMU", "qemu"),
];

/// Chassis of computers that are carried around.
const PORTABLE: [&str; 6] = [
    "portable",
    "laptop",
    "notebook",
    "sub-notebook",
    "convertible",
    "detachable",
];

const MAX_PRODUCT: usize = 80;
const MAX_CPU: usize = 50;
/// Five addresses.
const MAX_MAC: usize = 60;

/// The summary columns of a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub product: Option<String>,
    /// `P` physical, `V` virtual.
    pub machine: &'static str,
    pub cpu: String,
    /// Bytes.
    pub ram: i64,
    /// Bytes.
    pub storage: i64,
    pub disks: i64,
    pub mac_address: String,
    /// Bits.
    pub architecture: Option<i64>,
    /// `docker`, `virtual`, `laptop`, `desktop` or empty.
    pub product_system: &'static str,
}

/// Sums up the nodes of the computer with this UUID.
pub fn summarise(nodes: &[Node], uuid: &str) -> Summary {
    let root = nodes.first();
    let vendor = root.and_then(|root| root.vendor.as_deref());
    let hypervisor = HYPERVISORS.iter().find(|(name, _)| vendor == Some(name));
    let docker = is_docker(nodes, uuid);
    let product = match hypervisor {
        Some((_, label)) => Some((*label).to_owned()),
        None if vendor.is_none() && docker => Some("docker".to_owned()),
        None => root.and_then(|root| root.product.clone().or_else(|| root.description.clone())),
    };
    let is_virtual = hypervisor.is_some() || docker;
    let disks: Vec<i64> = sizes(nodes, |node| node.class_name == "disk").collect();
    Summary {
        product: product.map(|product| cut(&product, MAX_PRODUCT)),
        machine: if is_virtual { "V" } else { "P" },
        cpu: cpu(nodes),
        ram: ram(nodes),
        storage: disks
            .iter()
            .fold(0, |sum: i64, size| sum.saturating_add(*size)),
        disks: i64::try_from(disks.len()).unwrap_or(i64::MAX),
        mac_address: mac_address(nodes),
        architecture: architecture(nodes),
        product_system: match (docker, is_virtual, is_portable(nodes)) {
            (true, ..) => "docker",
            (_, true, _) => "virtual",
            (.., Some(true)) => "laptop",
            (.., Some(false)) => "desktop",
            (.., None) => "",
        },
    }
}

pub(super) fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn is_docker(nodes: &[Node], uuid: &str) -> bool {
    let mut ethernet = nodes.iter().filter(|node| {
        node.name == "network"
            && node.class_name == "network"
            && node.description.as_deref() == Some("Ethernet interface")
    });
    let starts_docker = |serial: &str| {
        serial
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("02:42:AC"))
    };
    match (ethernet.next(), ethernet.next()) {
        (Some(only), None) => only.serial.as_deref().is_some_and(starts_docker),
        (None, _) => uuid.starts_with("00000000-0000-0000-0000-0242AC"),
        _ => false,
    }
}

/// Whether the only system node has a portable chassis.
fn is_portable(nodes: &[Node]) -> Option<bool> {
    let mut chassis = nodes
        .iter()
        .filter(|node| node.class_name == "system")
        .filter_map(|node| {
            node.configuration
                .iter()
                .find(|(name, _)| name == "chassis")?
                .1
                .as_deref()
        });
    let only = chassis.next()?;
    chassis.next().is_none().then(|| PORTABLE.contains(&only))
}

fn cpu(nodes: &[Node]) -> String {
    let processor = nodes.iter().find(|node| {
        node.class_name == "processor" && (node.name == "cpu" || node.name == "cpu:0")
    });
    let product = processor
        .and_then(|node| node.product.as_deref())
        .unwrap_or_default();
    let plain = ["(R)", "(TM)", "@", "CPU"]
        .iter()
        .fold(product.to_owned(), |text, mark| text.replace(mark, ""));
    cut(plain.trim(), MAX_CPU)
}

fn sizes(nodes: &[Node], wanted: impl Fn(&Node) -> bool) -> impl Iterator<Item = i64> {
    let sizes = nodes
        .iter()
        .filter(move |node| wanted(node))
        .filter_map(|node| node.size);
    sizes.filter(|size| *size > 0)
}

fn ram(nodes: &[Node]) -> i64 {
    let memory: Vec<&Node> = nodes
        .iter()
        .filter(|node| node.class_name == "memory" && node.name == "memory")
        .collect();
    match memory[..] {
        [only] => only.size.unwrap_or(0),
        _ => sizes(nodes, |node| {
            node.class_name == "memory" && node.name.starts_with("bank:")
        })
        .fold(0, i64::saturating_add),
    }
}

fn mac_address(nodes: &[Node]) -> String {
    let all: String = nodes
        .iter()
        .filter(|node| node.class_name == "network" && node.name.starts_with("network"))
        .filter_map(|node| node.serial.as_deref())
        .filter(|serial| is_mac(serial))
        .map(|serial| serial.replace(':', "").to_ascii_uppercase())
        .collect();
    cut(&all, MAX_MAC)
}

fn is_mac(serial: &str) -> bool {
    let mut groups = 0;
    serial.split(':').all(|group| {
        groups += 1;
        group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    }) && groups == 6
}

fn architecture(nodes: &[Node]) -> Option<i64> {
    let width = |class: &str| {
        nodes
            .iter()
            .find(|node| node.class_name == class)
            .and_then(|node| node.width)
    };
    width("processor")
        .filter(|bits| *bits > 0)
        .or_else(|| width("system"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::flatten;
    use super::*;
    use serde_json::{Value, json};

    fn summary(report: &Value) -> Summary {
        summarise(
            &flatten(report).unwrap(),
            "4C4C4544-0036-3010-8056-B7C04F4E4B32",
        )
    }

    #[test]
    fn a_laptop_is_summed_up() {
        let report = json!({
            "id": "pc", "class": "system", "product": "Box 1", "vendor": "ACME", "width": 64,
            "configuration": { "chassis": "notebook" },
            "children": [
                { "id": "cpu:0", "class": "processor", "product": "ACME(R) Core(TM) CPU @ 3GHz", "width": 64 },
                { "id": "cpu:1", "class": "processor", "product": "other" },
                { "id": "bank:0", "class": "memory", "size": 4 },
                { "id": "bank:1", "class": "memory", "size": 4 },
                { "id": "disk:0", "class": "disk", "size": 10 },
                { "id": "cdrom", "class": "disk" },
                { "id": "network:0", "class": "network", "serial": "52:54:00:aa:bb:cc" },
                { "id": "network:1", "class": "network", "serial": "not a mac address" }
            ]
        });
        let expected = Summary {
            product: Some("Box 1".to_owned()),
            machine: "P",
            cpu: "ACME Core   3GHz".to_owned(),
            ram: 8,
            storage: 10,
            disks: 1,
            mac_address: "525400AABBCC".to_owned(),
            architecture: Some(64),
            product_system: "laptop",
        };
        assert_eq!(summary(&report), expected);
    }

    #[test]
    fn virtual_machines_and_containers_are_told_apart() {
        let machine = json!({ "id": "vm", "class": "system", "vendor": "QEMU", "product": "pc" });
        let machine = summary(&machine);
        assert_eq!(
            (machine.product.as_deref(), machine.machine),
            (Some("qemu"), "V")
        );
        assert_eq!(machine.product_system, "virtual");

        let container = summary(&json!({ "id": "c", "class": "system", "children": [{
            "id": "network", "class": "network", "description": "Ethernet interface",
            "serial": "02:42:ac:11:00:02"
        }] }));
        assert_eq!(
            (container.product.as_deref(), container.machine),
            (Some("docker"), "V")
        );
        assert_eq!(container.product_system, "docker");
    }
}

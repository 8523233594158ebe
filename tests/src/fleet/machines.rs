//! Believable computers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::random::Random;
use super::software;
use crate::peer::Machine;

struct Model {
    vendor: &'static str,
    product: &'static str,
    chassis: &'static str,
    cpu: &'static str,
    memory_gib: i64,
    disk_gib: i64,
    /// `vendor:device~name` of what is on its bus.
    devices: &'static [&'static str],
}

const MODELS: [Model; 6] = [
    Model {
        vendor: "Dell Inc.",
        product: "OptiPlex 7090",
        chassis: "desktop",
        cpu: "11th Gen Intel(R) Core(TM) i5-11500 @ 2.70GHz",
        memory_gib: 16,
        disk_gib: 512,
        devices: &[
            "8086:4c8a~Intel UHD Graphics 750",
            "8086:15fa~Intel Ethernet Connection I219-LM",
        ],
    },
    Model {
        vendor: "HP",
        product: "HP ProDesk 400 G7 Small Form Factor PC",
        chassis: "desktop",
        cpu: "Intel(R) Core(TM) i3-10100 CPU @ 3.60GHz",
        memory_gib: 8,
        disk_gib: 256,
        devices: &[
            "8086:9bc8~Intel UHD Graphics 630",
            "10ec:8168~Realtek RTL8111 Ethernet",
        ],
    },
    Model {
        vendor: "LENOVO",
        product: "ThinkPad L14 Gen 3",
        chassis: "notebook",
        cpu: "AMD Ryzen 5 PRO 5675U with Radeon Graphics",
        memory_gib: 16,
        disk_gib: 512,
        devices: &[
            "1002:15e7~AMD Barcelo Graphics",
            "10ec:c852~Realtek RTL8852CE Wireless",
        ],
    },
    Model {
        vendor: "LENOVO",
        product: "ThinkCentre M70q Gen 3",
        chassis: "mini",
        cpu: "12th Gen Intel(R) Core(TM) i5-12400T",
        memory_gib: 8,
        disk_gib: 256,
        devices: &[
            "8086:4692~Intel UHD Graphics 730",
            "8086:1a1c~Intel Ethernet I219-V",
        ],
    },
    Model {
        vendor: "HP",
        product: "HP EliteBook 840 G8 Notebook PC",
        chassis: "notebook",
        cpu: "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz",
        memory_gib: 32,
        disk_gib: 1024,
        devices: &[
            "8086:9a49~Intel Iris Xe Graphics",
            "8086:a0f0~Intel Wi-Fi 6 AX201",
        ],
    },
    Model {
        vendor: "QEMU",
        product: "Standard PC (Q35 + ICH9, 2009)",
        chassis: "other",
        cpu: "QEMU Virtual CPU version 2.5+",
        memory_gib: 4,
        disk_gib: 32,
        devices: &[
            "1af4:1041~Virtio network device",
            "1b36:0100~QXL paravirtual graphic card",
        ],
    },
];

/// Places: the word in host names, the second number of addresses.
const PLACES: [(&str, u8); 7] = [
    ("hq", 10),
    ("library", 20),
    ("north", 30),
    ("harbour", 40),
    ("school", 50),
    ("museum", 60),
    ("workshop", 70),
];

const GIVEN: [&str; 20] = [
    "Ana", "Luis", "Marta", "Pablo", "Elena", "Javier", "Lucía", "Íñigo", "Carmen", "Sergio",
    "Nuria", "Jorge", "Aitana", "Hugo", "Laia", "Unai", "Sofía", "Mateo", "Noa", "Andrés",
];
const FAMILY: [&str; 20] = [
    "López", "García", "Sanz", "Ibáñez", "Romero", "Gil", "Muñoz", "Castro", "Vidal", "Ortega",
    "Ferrer", "Peña", "Molina", "Serra", "Navarro", "Blasco", "Rubio", "Lozano", "Costa", "Vega",
];

const GIB: i64 = 1024 * 1024 * 1024;

/// The computer at `index` of a fleet.
pub(super) fn machine(seed: u64, index: usize, project: &str, packages: usize) -> Machine {
    let place = index as u64;
    let mut random = Random::new(seed, place);
    let model = random.pick(&MODELS);
    let (word, network) = *random.pick(&PLACES);
    let name = format!("{word}-{}{:03}", kind(model), index + 1);
    let (given, family) = (*random.pick(&GIVEN), *random.pick(&FAMILY));
    let subnet = index / 200;
    let address = format!("10.{network}.{subnet}.{}", index % 200 + 20);
    let mac = mac(seed, place);
    Machine {
        uuid: uuid(&mut random),
        fqdn: format!("{name}.example.org"),
        user: user_name(given, family),
        fullname: format!("{given} {family}"),
        attributes: attributes(&name, network, subnet, model, &mut random),
        faults: BTreeMap::new(),
        packages: software::packages(seed ^ project_seed(project), place, packages),
        hardware: hardware(&name, model, &mac, &mut random),
        errors: None,
        ip_address: address,
        name,
    }
}

fn kind(model: &Model) -> &'static str {
    match (model.vendor, model.chassis) {
        ("QEMU", _) => "vm",
        (_, "notebook") => "nb",
        _ => "pc",
    }
}

fn project_seed(project: &str) -> u64 {
    project.bytes().fold(0, |sum: u64, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}

fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08X}-{:04X}-4{:03X}-A{:03X}-{:012X}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

fn mac(seed: u64, place: u64) -> String {
    let low = Random::new(seed, !place).next();
    let [.., a, b, c] = low.to_be_bytes();
    format!("3c:52:82:{a:02x}:{b:02x}:{c:02x}")
}

/// First letter and family name, as many organisations make them.
fn user_name(given: &str, family: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'Á' => 'a',
        'é' | 'É' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'Ó' => 'o',
        'ú' | 'Ú' => 'u',
        'ñ' | 'Ñ' => 'n',
        other => other.to_ascii_lowercase(),
    };
    given
        .chars()
        .take(1)
        .chain(family.chars())
        .map(plain)
        .collect()
}

fn attributes(
    name: &str,
    network: u8,
    subnet: usize,
    model: &Model,
    random: &mut Random,
) -> BTreeMap<String, String> {
    let kernel = *random.pick(&["6.1.0-28-amd64", "6.1.0-31-amd64", "6.1.0-32-amd64"]);
    [
        ("HST", name.to_owned()),
        ("NET", format!("10.{network}.{subnet}.0/24")),
        ("PCI", model.devices.join(",")),
        ("MEM", format!("{} GB", model.memory_gib)),
        ("KRN", kernel.to_owned()),
    ]
    .into_iter()
    .map(|(prefix, value)| (prefix.to_owned(), format!("{value}\n")))
    .collect()
}

fn hardware(name: &str, model: &Model, mac: &str, random: &mut Random) -> Value {
    let serial = format!("{:010X}", random.next() >> 24);
    let devices: Vec<Value> = model
        .devices
        .iter()
        .enumerate()
        .filter_map(|(index, device)| {
            let (_, product) = device.split_once('~')?;
            Some(json!({
                "id": format!("display:{index}"), "class": "bus", "claimed": true,
                "description": "PCI device", "product": product, "physid": index.to_string(),
                "businfo": format!("pci@0000:00:{index:02x}.0"), "width": 64, "clock": 33_000_000,
                "configuration": { "latency": "0" },
                "capabilities": { "pm": "Power Management", "bus_master": "bus mastering" },
            }))
        })
        .collect();
    json!({
        "id": name, "class": "system", "claimed": true, "description": "Computer",
        "product": model.product, "vendor": model.vendor, "serial": serial, "width": 64,
        "configuration": { "chassis": model.chassis, "boot": "normal" },
        "capabilities": { "smbios-3.2.1": "SMBIOS version 3.2.1", "dmi-3.2.1": "DMI version 3.2.1" },
        "children": [{
            "id": "core", "class": "bus", "claimed": true, "description": "Motherboard",
            "vendor": model.vendor, "physid": "0",
            "children": [
                memory(model),
                processor(model),
                { "id": "pci", "class": "bridge", "claimed": true, "description": "Host bridge",
                  "physid": "100", "children": devices },
                interface(mac),
                { "id": "disk", "class": "disk", "claimed": true, "description": "NVMe disk",
                  "logicalname": ["/dev/nvme0n1"], "physid": "1", "serial": format!("S{serial}"),
                  "size": model.disk_gib * GIB },
            ],
        }],
    })
}

fn memory(model: &Model) -> Value {
    json!({
        "id": "memory", "class": "memory", "claimed": true, "description": "System Memory",
        "physid": "3a", "size": model.memory_gib * GIB,
        "children": [{
            "id": "bank:0", "class": "memory", "claimed": true, "physid": "0",
            "description": "DDR4 Synchronous", "size": model.memory_gib * GIB,
            "slot": "DIMM1", "width": 64, "clock": 3_200_000_000_i64,
        }],
    })
}

fn processor(model: &Model) -> Value {
    json!({
        "id": "cpu", "class": "processor", "claimed": true, "product": model.cpu,
        "vendor": "CPU vendor", "physid": "4a", "businfo": "cpu@0", "width": 64,
        "size": 2_700_000_000_i64, "capacity": 4_600_000_000_i64,
        "configuration": { "cores": "6", "enabledcores": "6", "threads": "12" },
    })
}

fn interface(mac: &str) -> Value {
    json!({
        "id": "network", "class": "network", "claimed": true, "serial": mac,
        "description": "Ethernet interface", "logicalname": "eno1", "physid": "1f.6",
        "size": 1_000_000_000, "capacity": 1_000_000_000,
        "configuration": { "driver": "e1000e", "link": "yes", "speed": "1Gbit/s" },
    })
}

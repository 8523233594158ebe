//! The number of the hardware, by the rules that keep the identities of computers already managed
//! (`client-protocol` 6.6).

use std::fs;
use std::path::Path;
use std::time::Duration;

use migasfree_types::firmware;
use uuid::Uuid;

use crate::process::{CommandRunner, Invocation};

/// Upper case: from the firmware, or from the first network card where that says nothing useful. `fillers` are the
/// site's own additions to the UUIDs that tell nothing.
pub async fn hardware_uuid(runner: &dyn CommandRunner, fillers: &[String]) -> String {
    let (text, version) = match fs::read_to_string("/sys/class/dmi/id/product_uuid") {
        Ok(text) => (Some(text), smbios_version_of_tables()),
        Err(_) => (dmidecode(runner, &["--string", "system-uuid"]).await, None),
    };
    let version = match version {
        Some(version) => version,
        None => {
            let text = dmidecode(runner, &["-t", "0"]).await.unwrap_or_default();
            smbios_version_in(&text).unwrap_or((0, 0))
        }
    };
    text.and_then(|text| from_firmware(&text, version, fillers))
        .unwrap_or_else(from_network_card)
}

async fn dmidecode(runner: &dyn CommandRunner, arguments: &[&str]) -> Option<String> {
    let ask =
        Invocation::new("dmidecode", arguments.iter().copied()).limit(Duration::from_secs(10));
    let answer = runner.output(&ask).await.ok()?;
    answer.success().then(|| answer.stdout_text())
}

/// The firmware's number. Before version 2.6 the first three groups were stored the other way round.
fn from_firmware(text: &str, version: (u8, u8), fillers: &[String]) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.contains('#'))?;
    let mut uuid = Uuid::parse_str(line).ok()?;
    if is_filler(uuid, fillers) {
        return None;
    }
    if version < (2, 6) {
        uuid = Uuid::from_bytes_le(*uuid.as_bytes());
    }
    Some(uuid.hyphenated().to_string().to_uppercase())
}

/// Whether many computers say the same, in either order of the bytes.
fn is_filler(uuid: Uuid, more: &[String]) -> bool {
    let text = uuid.to_string();
    firmware::is_filler(&text, firmware::FILLERS) || firmware::is_filler(&text, more)
}

/// The version in the entry point the kernel shows.
fn smbios_version_of_tables() -> Option<(u8, u8)> {
    entry_point_version(&fs::read("/sys/firmware/dmi/tables/smbios_entry_point").ok()?)
}

fn entry_point_version(bytes: &[u8]) -> Option<(u8, u8)> {
    let at = match bytes {
        [b'_', b'S', b'M', b'3', b'_', ..] => 7,
        [b'_', b'S', b'M', b'_', ..] => 6,
        _ => return None,
    };
    Some((*bytes.get(at)?, *bytes.get(at + 1)?))
}

/// `SMBIOS 2.8 present.`
fn smbios_version_in(text: &str) -> Option<(u8, u8)> {
    let rest = text.split_once("SMBIOS ")?.1;
    let mut numbers = rest.split_whitespace().next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn from_network_card() -> String {
    with_address(
        first_address(Path::new("/sys/class/net"))
            .as_deref()
            .unwrap_or_default(),
    )
}

fn with_address(address: &str) -> String {
    format!(
        "00000000-0000-0000-0000-{}",
        address.replace(':', "").to_uppercase()
    )
}

/// The address of the first interface that is not the loop, by its number in the system.
fn first_address(folder: &Path) -> Option<String> {
    let read = |path: &Path| {
        fs::read_to_string(path)
            .ok()
            .map(|text| text.trim().to_owned())
    };
    let mut found = Vec::new();
    for interface in fs::read_dir(folder).ok()?.flatten() {
        if interface.file_name() == "lo" {
            continue;
        }
        let index: Option<u32> =
            read(&interface.path().join("ifindex")).and_then(|text| text.parse().ok());
        let address = read(&interface.path().join("address")).filter(|text| is_card_address(text));
        found.extend(index.zip(address));
    }
    found.into_iter().min().map(|(_, address)| address)
}

/// Six bytes that are not all zero: tunnels have other addresses, or none.
fn is_card_address(text: &str) -> bool {
    let mut bytes = text.split(':').map(|byte| u8::from_str_radix(byte, 16));
    text.len() == 17
        && text.split(':').count() == 6
        && bytes.clone().all(|byte| byte.is_ok())
        && bytes.any(|byte| byte != Ok(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "# comment\n4c4c4544-0051-3610-8052-b4c04f4a3132\n";

    #[test]
    fn both_generations_of_firmware_keep_their_identity() {
        let same = "4C4C4544-0051-3610-8052-B4C04F4A3132";
        let swapped = "44454C4C-5100-1036-8052-B4C04F4A3132";
        for (version, expected) in [((2, 6), same), ((3, 0), same), ((2, 5), swapped)] {
            assert_eq!(from_firmware(TEXT, version, &[]).as_deref(), Some(expected));
        }
        assert_eq!(from_firmware(TEXT, (0, 0), &[]).as_deref(), Some(swapped));
    }

    #[test]
    fn useless_numbers_give_way_to_the_network_card() {
        let site = ["4C4C4544-0000-0000-0000-000000000001".to_owned()];
        for text in [
            "Not Settable",
            "Default string",
            "To be filled by O.E.M.",
            "",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "20202020-2020-2020-2020-202020202020",
            "03000200-0400-0500-0006-000700080009",
            "00020003-0004-0005-0006-000700080009",
            "4c4c4544-0000-0000-0000-000000000001",
            "44454c4c-0000-0000-0000-000000000001",
        ] {
            for version in [(2, 4), (2, 8)] {
                assert_eq!(from_firmware(text, version, &site), None, "{text}");
            }
        }
        assert_eq!(
            with_address("52:54:00:ab:cd:ef"),
            "00000000-0000-0000-0000-525400ABCDEF"
        );
    }

    #[test]
    fn the_version_is_found_in_both_places() {
        assert_eq!(entry_point_version(b"_SM_\0\0\x02\x08\0"), Some((2, 8)));
        assert_eq!(entry_point_version(b"_SM3_\0\0\x03\x02"), Some((3, 2)));
        assert_eq!(entry_point_version(b"_SM"), None);
        assert_eq!(
            smbios_version_in("# dmidecode 3.4\nSMBIOS 2.5 present.\n"),
            Some((2, 5))
        );
        assert_eq!(smbios_version_in(""), None);
    }

    #[test]
    fn the_first_card_is_the_one_with_the_lowest_number_and_no_tunnel() {
        let folder = tempfile::tempdir().unwrap();
        for (name, index, address) in [
            ("lo", "1", "00:00:00:00:00:00"),
            ("tunl0", "2", "0.0.0.0"),
            ("ip6tnl0", "3", "00:00:00:00:00:00"),
            ("tun0", "4", ""),
            ("wlan0", "6", "aa:aa:aa:aa:aa:aa"),
            ("eth0", "5", "52:54:00:ab:cd:ef"),
        ] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("ifindex"), format!("{index}\n")).unwrap();
            fs::write(path.join("address"), format!("{address}\n")).unwrap();
        }
        assert_eq!(
            first_address(folder.path()).as_deref(),
            Some("52:54:00:ab:cd:ef")
        );
    }
}

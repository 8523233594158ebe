//! A package's part of an index.

use migasfree_deb::{Digests, Package};

/// Fields that say where a file is and what it is like: they are ours to write, whatever a
/// package's own control data claims.
const OURS: [&str; 9] = [
    "Filename",
    "Size",
    "MD5sum",
    "SHA1",
    "SHA256",
    "SHA512",
    "Status",
    "Conffiles",
    // apt works it out where it is missing, and stops at one that is none.
    "Description-md5",
];

/// The stanza of a package without the line `Filename`.
pub(super) fn of(package: &Package, digests: &Digests) -> String {
    let mut stanza = package.control().clone();
    for field in OURS {
        stanza.remove(field);
    }
    let mut text = stanza.to_string();
    let size = digests.size.to_string();
    for (field, value) in [
        ("Size", size.as_str()),
        ("MD5sum", &digests.md5),
        ("SHA1", &digests.sha1),
        ("SHA256", &digests.sha256),
        ("SHA512", &digests.sha512),
    ] {
        text.push_str(field);
        text.push_str(": ");
        text.push_str(value);
        text.push('\n');
    }
    text
}

/// The stanza of a package under this name and version.
pub(super) fn renamed(stanza: &str, name: &str, version: &str) -> String {
    let mut text = String::with_capacity(stanza.len());
    for line in stanza.split_inclusive('\n') {
        let field = line.split_once(':').map_or("", |(field, _)| field);
        let ours = [("Package", name), ("Version", version)]
            .into_iter()
            .find(|(ours, _)| field.eq_ignore_ascii_case(ours));
        match ours {
            Some((field, value)) => {
                text.push_str(field);
                text.push_str(": ");
                text.push_str(value);
                text.push('\n');
            }
            None => text.push_str(line),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn only_the_name_and_the_version_of_a_stanza_change() {
        let stanza =
            "Package: MF-Agent\nversion: 0:1\nDescription: about\n Package: x\nSHA256: ab\n";
        let read =
            stanza
                .replacen("MF-Agent", "mf-agent", 1)
                .replacen("version: 0:1", "Version: 1", 1);
        assert_eq!(renamed(stanza, "mf-agent", "1"), read);
    }
}

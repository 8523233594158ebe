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
pub fn of(package: &Package, digests: &Digests) -> String {
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

//! The server's own key, which signs what computers are answered. Computers keep its public half from their enrolment on.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use migasfree_native::key::KeyPair;
use migasfree_server_db::random::Random;

use crate::safe::keys::write_new;

const FILE: &str = "migasfree-native.pri";
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Where the key is, in the folder of keys.
#[must_use]
pub fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Reads the key from the folder of keys; makes it when there is none yet.
///
/// # Errors
/// When its file can be neither read nor made, or holds no good key.
pub fn open(folder: &Path, random: &dyn Random) -> io::Result<KeyPair> {
    let path = path(folder);
    if !path.try_exists()? {
        let key = KeyPair::generate(|seed: &mut [u8]| random.fill(seed));
        write_new(&path, &pem(&key))?;
    }
    // Read back also after writing: another server of the same folder may have been first.
    key(&std::fs::read_to_string(&path)?).ok_or_else(|| {
        io::Error::other(
            "it is no Ed25519 key (PKCS#8 in PEM): restore it from a backup, since computers believe no other one",
        )
    })
}

fn pem(key: &KeyPair) -> String {
    let der = STANDARD.encode(key.to_pkcs8());
    format!("{BEGIN}\n{der}\n{END}\n")
}

fn key(pem: &str) -> Option<KeyPair> {
    let inner = pem.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let der: String = inner.split_whitespace().collect();
    KeyPair::from_pkcs8(&STANDARD.decode(der).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use migasfree_server_db::random::SeededRandom;

    use super::{open, path};

    #[test]
    fn the_key_is_made_once_kept_private_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let made = open(folder.path(), &SeededRandom::new(1)).unwrap();
        let again = open(folder.path(), &SeededRandom::new(2)).unwrap();
        assert_eq!(made.public(), again.public());
        let mode = std::fs::metadata(path(folder.path()))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o400);
    }

    #[test]
    fn a_damaged_key_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(path(folder.path()), "damaged").unwrap();
        assert!(open(folder.path(), &SeededRandom::new(1)).is_err());
        let text = std::fs::read_to_string(path(folder.path())).unwrap();
        assert_eq!(text, "damaged");
    }
}

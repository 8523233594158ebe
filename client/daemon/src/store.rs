//! What the daemon remembers, each in a file of its own.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use migasfree_client_system::files;

/// Reads a cache; a missing or damaged one is an empty one.
pub fn read<T: Default + serde::de::DeserializeOwned>(path: &Path) -> T {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "a cache is damaged and begins anew");
            T::default()
        }),
        Err(_) => T::default(),
    }
}

/// Replaces a cache in one step. Nobody else reads it: it tells who was at the computer.
pub fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    files::write(path, &serde_json::to_vec(value)?, 0o600)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_cache_is_for_its_owner_also_where_it_was_for_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.json");
        fs::write(&path, "{}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, &["ana"]).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read::<Vec<String>>(&path), ["ana"]);
    }
}

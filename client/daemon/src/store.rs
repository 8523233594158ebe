//! What the daemon remembers, each in a file of its own.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

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

/// Replaces a cache in one step.
pub fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, serde_json::to_vec(value)?)?;
    fs::rename(&unfinished, path)
}

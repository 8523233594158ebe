//! Where things are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout `cargo xtask` was called in. What was compiled in is second choice:
/// checkouts that share a target folder also share this program.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Cargo's target folder: `CARGO_TARGET_DIR` or `target/`.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A program built in the `debug` or `release` profile.
pub fn binary(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(name)
}

/// What `cargo xtask dev` builds and keeps: `target/dev/` of the checkout, wherever cargo builds.
pub fn dev() -> PathBuf {
    root().join("target/dev")
}

/// Makes a folder for data, or goes on with the one that is there unless it is to be a fresh one.
pub fn data(folder: PathBuf, fresh: bool) -> Result<PathBuf> {
    if fresh && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The pictures the tests leave: `target/pictures/` of the checkout, wherever cargo builds.
pub fn pictures() -> PathBuf {
    root().join("target/pictures")
}

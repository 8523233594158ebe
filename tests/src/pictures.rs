//! The pictures tests leave of every screen and state.

use std::path::PathBuf;

use anyhow::Result;

use crate::binaries;

/// Where a picture goes: `MIGASFREE_PICTURES` or `target/pictures/` of the checkout.
pub fn path(name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("MIGASFREE_PICTURES").map_or_else(
        || binaries::checkout().join("target/pictures"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.png")))
}

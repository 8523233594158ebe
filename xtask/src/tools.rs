//! Programs from crates.io that the checks run: built once per version and kept for every checkout.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{command, paths};

const CARGO_DENY: &str = "0.20.2";

/// The path of the pinned cargo-deny, which is built first where it is missing.
pub fn cargo_deny() -> Result<PathBuf> {
    let folder = folder()?.join(format!("cargo-deny-{CARGO_DENY}"));
    let program = folder.join("bin/cargo-deny");
    if !program.exists() {
        println!(
            "cargo-deny {CARGO_DENY} is built once and kept in {}",
            folder.display()
        );
        install("cargo-deny", CARGO_DENY, &folder)?;
    }
    Ok(program)
}

fn install(name: &str, version: &str, folder: &Path) -> Result<()> {
    // Unoptimised: it runs for a second, and compiling it with optimisation takes minutes.
    command::run(
        command::cargo()
            .args(["install", "--locked", "--debug", "--no-default-features"])
            .args(["--version", version, "--root"])
            .arg(folder)
            .arg(name)
            .env("CARGO_TARGET_DIR", folder.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .current_dir(folder.parent().unwrap_or(Path::new("/"))),
    )
    .with_context(|| format!("could not install {name} {version} from crates.io"))?;
    // What compiling left is a gigabyte that nobody needs again.
    std::fs::remove_dir_all(folder.join("build")).context("could not clear the build folder")
}

/// `~/.cache/migasfree/tools`, or the target folder for somebody without a home.
fn folder() -> Result<PathBuf> {
    let folder = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .map_or_else(
            || paths::target().join("tools"),
            |cache| cache.join("migasfree/tools"),
        );
    // Made here: cargo is started in it, away from this workspace's own settings.
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("could not make {}", folder.display()))?;
    Ok(folder)
}

//! Programs from crates.io and PyPI that the checks run: made once per version and kept for every checkout.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{command, paths};

/// The pinned cargo-deny, which is built first where it is missing.
pub fn cargo_deny() -> Result<PathBuf> {
    from_crates_io("cargo-deny", "0.20.2")
}

/// The pinned cargo-machete, which names dependencies that nothing uses.
pub fn cargo_machete() -> Result<PathBuf> {
    from_crates_io("cargo-machete", "0.9.2")
}

/// The pinned cargo-deb, which makes packages for Debian.
pub fn cargo_deb() -> Result<PathBuf> {
    from_crates_io("cargo-deb", "3.8.0")
}

fn from_crates_io(name: &str, version: &str) -> Result<PathBuf> {
    let folder = folder()?.join(format!("{name}-{version}"));
    let program = folder.join("bin").join(name);
    if !program.exists() {
        println!(
            "{name} {version} is built once and kept in {}",
            folder.display()
        );
        install(name, version, &folder)?;
    }
    Ok(program)
}

/// The path of schemathesis, in a Python environment of its own with the versions of `requirements.txt`.
pub fn schemathesis() -> Result<PathBuf> {
    let file = paths::root().join("tests/schemathesis/requirements.txt");
    let wanted = std::fs::read(&file).with_context(|| file.display().to_string())?;
    let folder = folder()?.join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let stamp = folder.join("requirements.txt");
    if program.exists() && std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    println!(
        "schemathesis is installed once and kept in {}",
        folder.display()
    );
    command::run(
        Command::new("/usr/bin/python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .context(
        "could not make an environment for Python programs; the package python3-venv does it",
    )?;
    command::run(
        Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg(&file),
    )
    .context(
        "schemathesis, which compares the answers with the OpenAPI document, could not be installed from PyPI: this \
         needs the network once (or PIP_INDEX_URL with the address of a mirror); later runs find it in its folder",
    )?;
    std::fs::write(&stamp, wanted).context("could not note what was installed")?;
    Ok(program)
}

fn install(name: &str, version: &str, folder: &Path) -> Result<()> {
    // Hardly optimised: they run for seconds, and compiling them with full optimisation takes minutes.
    command::run(
        command::cargo()
            .args(["install", "--locked", "--debug", "--no-default-features"])
            .args(["--version", version, "--root"])
            .arg(folder)
            .arg(name)
            .env("CARGO_TARGET_DIR", folder.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
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

//! Disposable Debian systems: a folder with a package manager's world of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::binaries;

static MAKING: Mutex<()> = Mutex::new(());

/// What the properties and the hardware inventory of every organisation ask for.
const INCLUDED: &str = "iproute2,lshw,pciutils,python3";

/// Unpacks a small Debian into `folder`. The first call of a machine makes it with mmdebstrap,
/// later ones unpack what it made.
pub fn make(folder: &Path) -> Result<()> {
    let archive = archive()?;
    fs::create_dir_all(folder)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract")
        .arg("--file")
        .arg(&archive)
        .arg("--directory")
        .arg(folder)
        .arg("--numeric-owner");
    if !rustix::process::geteuid().is_root() {
        // Only root makes devices; the client lends the machine's own to what runs inside.
        tar.arg("--exclude=./dev/*");
    }
    run(&mut tar)
}

fn archive() -> Result<PathBuf> {
    let _one_at_a_time = MAKING.lock();
    let cache = binaries::folder().join("roots");
    let archive = cache.join("bookworm-desktop.tar");
    if archive.exists() {
        return Ok(archive);
    }
    fs::create_dir_all(&cache)?;
    let unfinished = cache.join(format!("bookworm-desktop-{}.tar", std::process::id()));
    run(Command::new("mmdebstrap")
        .args(["--variant=apt", "--quiet", "bookworm"])
        .arg(format!("--include={INCLUDED}"))
        .arg(&unfinished))?;
    fs::rename(&unfinished, &archive)?;
    Ok(archive)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("could not start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

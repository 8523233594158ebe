//! Disposable Debian systems: a folder with a package manager's world of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::binaries;

static MAKING: Mutex<()> = Mutex::new(());

/// What the properties and the hardware inventory of every organisation ask for.
const TOOLS: &str = "iproute2,lshw,pciutils,python3";
/// What makes a system that boots: systemd with logind, a bus, polkit, and people who sign in.
const BOOT: &str = "systemd,systemd-sysv,dbus,polkitd,libpam-systemd,libglib2.0-bin,procps";

/// What a disposable Debian is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Programs of the test work on it from outside.
    Folder,
    /// It is booted.
    Bootable,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Folder => "bookworm-desktop",
            Self::Bootable => "bookworm-booted",
        }
    }

    fn packages(self) -> String {
        match self {
            Self::Folder => TOOLS.to_owned(),
            Self::Bootable => format!("{TOOLS},{BOOT}"),
        }
    }
}

/// Unpacks a small Debian into `folder`. The first call of a machine makes it with mmdebstrap,
/// later ones unpack what it made.
pub fn make(kind: Kind, folder: &Path) -> Result<()> {
    let archive = archive(kind)?;
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

fn archive(kind: Kind) -> Result<PathBuf> {
    let _one_at_a_time = MAKING.lock();
    let cache = binaries::folder().join("roots");
    let archive = cache.join(format!("{}.tar", kind.name()));
    if archive.exists() {
        return Ok(archive);
    }
    fs::create_dir_all(&cache)?;
    let unfinished = cache.join(format!("{}-{}.tar", kind.name(), std::process::id()));
    run(Command::new("mmdebstrap")
        .args(["--variant=apt", "--quiet", "bookworm"])
        .arg(format!("--include={}", kind.packages()))
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

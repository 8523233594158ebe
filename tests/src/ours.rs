//! Our own packages, as `cargo xtask package --debug` makes them of the programs under test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::binaries;
use crate::package::Package;

/// Which version of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What the sources say.
    Current,
    /// The same programs with a lower number, to upgrade from.
    Earlier,
}

impl Version {
    fn folder(self) -> PathBuf {
        let packages = binaries::folder().join("packages");
        match self {
            Self::Current => packages,
            Self::Earlier => packages.join("earlier"),
        }
    }
}

/// The Debian package of this name.
///
/// # Errors
/// When it was not made.
pub fn deb(name: &str, version: Version) -> Result<PathBuf> {
    find(&version.folder(), &format!("{name}_"), ".deb")
}

/// The rpm of this name.
///
/// # Errors
/// When it was not made.
pub fn rpm(name: &str, version: Version) -> Result<PathBuf> {
    // Behind the name of another package there may be more letters.
    find(&version.folder(), &format!("{name}-0"), ".rpm")
}

fn find(folder: &Path, start: &str, end: &str) -> Result<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(start) && name.ends_with(end)
        })
        .with_context(|| {
            format!(
                "no {start}…{end} in {}: `cargo xtask package --debug` makes it",
                folder.display()
            )
        })
}

/// A field of a Debian package.
///
/// # Errors
/// When it cannot be read.
pub fn field(deb: &Path, name: &str) -> Result<String> {
    let output = Command::new("dpkg-deb")
        .arg("--field")
        .arg(deb)
        .arg(name)
        .output()
        .context("could not start dpkg-deb")?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A package that stands for the libraries Play needs, which are hundreds of megabytes.
///
/// # Errors
/// When Play's package cannot be read.
pub fn libraries_of_play() -> Result<Package> {
    let needed = field(&deb("migasfree-play", Version::Current)?, "Depends")?;
    let names: Vec<String> = needed
        .split(',')
        .filter_map(|one| one.split_whitespace().next())
        .filter(|name| !name.starts_with("migasfree") && !name.starts_with("libc6"))
        .map(|name| format!("{name} (= 99:1)"))
        .collect();
    Ok(Package::new("libraries-of-play", "1.0").provides(&names.join(", ")))
}

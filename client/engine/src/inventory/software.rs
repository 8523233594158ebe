//! The list of packages, and what changed since the server last saw it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::files;
use crate::pms::{InstalledPackage, inventory_name};
use crate::transport::SoftwareHistory;

/// The list the server confirmed last; what changed since then was done by us or by somebody else.
#[derive(Debug, Clone)]
pub struct KnownSoftware {
    file: PathBuf,
}

impl KnownSoftware {
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// What changed since; nothing when the server has seen no list yet.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn changes(&self, inventory: &[String]) -> io::Result<SoftwareHistory> {
        let Some(known) = files::read_optional(&self.file)? else {
            return Ok(SoftwareHistory::default());
        };
        let known: Vec<String> = known.lines().map(str::to_owned).collect();
        Ok(difference(&known, inventory))
    }

    /// Remembers the list, once the server has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn confirm(&self, inventory: &[String]) -> io::Result<()> {
        files::write(&self.file, (inventory.join("\n") + "\n").as_bytes(), 0o600)
    }
}

/// The inventory as the server takes it, sorted.
#[must_use]
pub fn inventory(packages: &[InstalledPackage], extension: &str) -> Vec<String> {
    let mut names: Vec<_> = packages
        .iter()
        .map(|package| inventory_name(package, extension))
        .collect();
    names.sort();
    names
}

/// Signed names: `+` for what came, `-` for what went, each sorted.
fn difference(before: &[String], after: &[String]) -> SoftwareHistory {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (before.iter().collect(), after.iter().collect());
    SoftwareHistory {
        installed: after
            .difference(&before)
            .map(|name| format!("+{name}"))
            .collect(),
        uninstalled: before
            .difference(&after)
            .map(|name| format!("-{name}"))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn changes_add_up_until_the_server_confirms() {
        let folder = tempfile::tempdir().unwrap();
        let known = KnownSoftware::new(folder.path().join("software"));
        let first = names(&["a_1_all.deb", "b_1_all.deb"]);
        assert_eq!(known.changes(&first).unwrap(), SoftwareHistory::default());
        known.confirm(&first).unwrap();
        let changed = known
            .changes(&names(&["b_2_all.deb", "a_1_all.deb"]))
            .unwrap();
        assert_eq!(changed.installed, ["+b_2_all.deb"]);
        assert_eq!(changed.uninstalled, ["-b_1_all.deb"]);
    }
}

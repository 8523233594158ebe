//! The table of package systems.

use std::sync::Arc;

use super::{System, apt, pacman, rpm, wpt};
use crate::format::Format;

/// The package systems a server knows. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Systems(Arc<[Arc<dyn System>]>);

/// The name stands for no package system of this server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not one of {known}")]
pub struct UnknownSystem {
    /// The name as it came.
    pub name: String,
    /// The names there are.
    pub known: String,
}

/// Those of a real server, in the order of their names.
impl Default for Systems {
    fn default() -> Self {
        let systems: [Arc<dyn System>; 6] = [
            Arc::new(apt::Apt::default()),
            Arc::new(rpm::Rpm::DNF),
            Arc::new(pacman::Pacman),
            Arc::new(wpt::Wpt),
            Arc::new(rpm::Rpm::YUM),
            Arc::new(rpm::Rpm::ZYPPER),
        ];
        Self(Arc::new(systems))
    }
}

impl Systems {
    /// These and one more.
    #[must_use]
    pub fn with(&self, system: Arc<dyn System>) -> Self {
        Self(self.all().cloned().chain([system]).collect())
    }

    /// Every system.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn System>> {
        self.0.iter()
    }

    /// The system of a name.
    ///
    /// # Errors
    /// [`UnknownSystem`] when there is none.
    pub fn named(&self, name: &str) -> Result<&Arc<dyn System>, UnknownSystem> {
        let found = self.all().find(|system| system.name() == name);
        found.ok_or_else(|| UnknownSystem {
            name: name.to_owned(),
            known: self.names(),
        })
    }

    /// The format of a system's packages; `None` for systems that cannot be published.
    pub fn format(&self, name: &str) -> Option<Arc<dyn Format>> {
        self.named(name).ok()?.format()
    }

    /// The names of all systems, as a sentence lists them.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.all().map(|system| system.name()).collect();
        names.join(", ")
    }

    /// The names of those that can be published.
    pub fn published(&self) -> String {
        let published = self.all().filter(|system| system.format().is_some());
        let names: Vec<&str> = published.map(|system| system.name()).collect();
        names.join(", ")
    }

    /// The ending of a package file's name with its dot, as some system has it; empty for another file.
    pub fn ending<'a>(&self, file_name: &'a str) -> &'a str {
        let extensions = self.all().flat_map(|system| system.packages().extensions);
        let endings = extensions.filter_map(|extension| {
            let stem = file_name.strip_suffix(*extension)?.strip_suffix('.')?;
            file_name.get(stem.len()..)
        });
        endings.max_by_key(|ending| ending.len()).unwrap_or("")
    }

    /// The type of a package, an index or a signature, by its name. Whatever else somebody put into a store is bytes,
    /// never a page a browser would show.
    pub fn media_type(&self, path: &str) -> &'static str {
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Some(known) = self.all().find_map(|system| system.media_type(name)) {
            return known;
        }
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("gz") => "application/gzip",
            Some("xz") => "application/x-xz",
            Some("zst") => "application/zstd",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_found_by_its_name_or_all_names_are_told() {
        let systems = Systems::default();
        for system in systems.all() {
            let found = systems.named(system.name()).map(|found| found.name());
            assert_eq!(found, Ok(system.name()));
        }
        let unknown = systems.named("apk").map(|found| found.name());
        let text = unknown.map_err(|unknown| unknown.to_string());
        let told = r#""apk" is not one of apt, dnf, pacman, wpt, yum, zypper"#;
        assert_eq!(text, Err(told.to_owned()));
        assert_eq!(systems.published(), "apt");
    }

    #[test]
    fn the_longest_ending_that_a_system_has_counts() {
        let systems = Systems::default();
        for (name, ending) in [
            ("a_1_all.deb", ".deb"),
            ("a-1.noarch.rpm", ".rpm"),
            ("a-1-any.pkg.tar.zst", ".pkg.tar.zst"),
            ("a.tar.gz", ".tar.gz"),
            ("adeb", ""),
            ("notes.txt", ""),
        ] {
            assert_eq!(systems.ending(name), ending, "{name}");
        }
    }

    #[test]
    fn files_are_of_the_type_their_names_say_and_never_a_page() {
        let systems = Systems::default();
        for (path, media_type) in [
            ("InRelease", "text/plain; charset=utf-8"),
            ("PKGS/binary-amd64/Packages", "text/plain; charset=utf-8"),
            ("PKGS/binary-amd64/Packages.gz", "application/gzip"),
            ("Release.gpg", "application/pgp-signature"),
            ("a/b_1_all.deb", "application/vnd.debian.binary-package"),
            ("b-1.rpm", "application/x-rpm"),
            ("b-1-any.pkg.tar.zst", "application/zstd"),
            ("page.html", "application/octet-stream"),
        ] {
            assert_eq!(systems.media_type(path), media_type, "{path}");
        }
    }
}

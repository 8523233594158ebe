//! Debian packages made on the spot.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

/// A package to build.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What the control file says in `Depends`; empty for nothing.
    pub depends: String,
    /// What the control file says in `Provides`; empty for nothing.
    pub provides: String,
    /// The section.
    pub section: String,
    /// The first line of the description.
    pub summary: String,
    /// Files to install: absolute path, content, mode.
    pub files: Vec<(String, Vec<u8>, u32)>,
    /// Maintainer scripts: name and text.
    pub scripts: Vec<(String, String)>,
}

impl Package {
    /// A package with nothing in it.
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            section: "misc".to_owned(),
            summary: format!("{name} for the tests"),
            ..Self::default()
        }
    }

    /// Adds a file.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into(), 0o644));
        self
    }

    /// Adds a maintainer script: `preinst`, `postinst`, `prerm` or `postrm`.
    pub fn script(mut self, name: &str, text: &str) -> Self {
        self.scripts.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Says what the package needs.
    pub fn depends(mut self, depends: &str) -> Self {
        self.depends = depends.to_owned();
        self
    }

    /// Says what the package stands for, too.
    pub fn provides(mut self, provides: &str) -> Self {
        self.provides = provides.to_owned();
        self
    }

    /// `NAME_VERSION_all.deb`.
    pub fn file_name(&self) -> String {
        format!("{}_{}_all.deb", self.name, self.version)
    }

    /// Builds the package with dpkg-deb and returns its bytes. What was built before is not built again: dozens of tests offer the same ones.
    pub fn build(&self) -> Result<Vec<u8>> {
        static BUILT: Mutex<BTreeMap<Package, Vec<u8>>> = Mutex::new(BTreeMap::new());
        let built = || BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = built().get(self) {
            return Ok(known.clone());
        }
        let bytes = self.build_anew()?;
        built().insert(self.clone(), bytes.clone());
        Ok(bytes)
    }

    fn build_anew(&self) -> Result<Vec<u8>> {
        let work = tempfile::tempdir()?;
        // dpkg-deb refuses a control folder that only its owner may read.
        fs::set_permissions(work.path(), fs::Permissions::from_mode(0o755))?;
        let tree = work.path().join("tree");
        let control = tree.join("DEBIAN");
        fs::create_dir_all(&control)?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        fs::write(control.join("control"), self.control())?;
        for (name, text) in &self.scripts {
            write(&control.join(name), text.as_bytes(), 0o755)?;
        }
        for (path, content, mode) in &self.files {
            write(&tree.join(path.trim_start_matches('/')), content, *mode)?;
        }
        let built = work.path().join("built.deb");
        let output = Command::new("dpkg-deb")
            // What does not compress takes xz seconds.
            .args(["--build", "--root-owner-group", "-Zgzip", "-z1"])
            .arg(&tree)
            .arg(&built)
            .output()
            .context("could not start dpkg-deb")?;
        if !output.status.success() {
            bail!("dpkg-deb: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(fs::read(built)?)
    }

    fn control(&self) -> String {
        let kibibytes: usize = self
            .files
            .iter()
            .map(|(_, content, _)| content.len() / 1024 + 1)
            .sum();
        let mut control = format!(
            "Package: {}\nVersion: {}\nArchitecture: all\nMaintainer: Migasfree <packages@example.org>\n\
             Section: {}\nPriority: optional\nInstalled-Size: {kibibytes}\n",
            self.name, self.version, self.section
        );
        if !self.depends.is_empty() {
            control.push_str(&format!("Depends: {}\n", self.depends));
        }
        if !self.provides.is_empty() {
            control.push_str(&format!("Provides: {}\n", self.provides));
        }
        control.push_str(&format!("Description: {}\n", self.summary));
        control
    }
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

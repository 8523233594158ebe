//! What the played package manager keeps in its folder, and what it would do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use migasfree_client::pms::{Action, Plan, PlannedPackage, PmsError};

/// A package: one file with a line per field, which the script reads too. Of two lines the later one holds.
#[derive(Debug, Clone, Default)]
pub struct Played {
    pub version: String,
    pub needs: Vec<String>,
    pub conflicts: Vec<String>,
    pub vital: bool,
    /// It is configured.
    pub whole: bool,
}

/// The packages of a folder, by name.
pub fn packages(folder: &Path) -> BTreeMap<String, Played> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            Some((name, read(&fs::read_to_string(file.path()).ok()?)))
        })
        .collect()
}

fn read(text: &str) -> Played {
    let fields: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('\'')))
        .collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let words = |name: &str| field(name).split_whitespace().map(str::to_owned).collect();
    Played {
        version: field("version").to_owned(),
        needs: words("needs"),
        conflicts: words("conflicts"),
        vital: field("vital") == "yes",
        whole: field("state") == "whole",
    }
}

/// What would come and go.
pub struct Foresight {
    home: PathBuf,
    lists: BTreeMap<String, Played>,
    installed: BTreeMap<String, Played>,
}

impl Foresight {
    pub fn of(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
            lists: packages(&home.join("lists")),
            installed: packages(&home.join("installed")),
        }
    }

    pub fn plan(&self, action: &Action, names: &[String]) -> Result<Plan, PmsError> {
        let mut going: BTreeSet<String> = BTreeSet::new();
        let mut wanted: Vec<String> = Vec::new();
        match action {
            Action::Install(_) => wanted.extend(names.iter().cloned()),
            Action::Remove(_) => going.extend(names.iter().cloned()),
            Action::UpgradePackages(_) => wanted.extend(self.newer(names.iter())),
            Action::Upgrade | Action::UpgradeKeeping => {
                wanted.extend(self.newer(self.installed.keys()));
            }
            Action::Refresh => {}
        }
        let mut coming: BTreeSet<String> = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let package = self.lists.get(&name);
            let package = package.ok_or_else(|| PmsError::NotFound(name.clone()))?;
            for need in &package.needs {
                if self.installed.contains_key(need) || coming.contains(need) {
                    continue;
                }
                if !self.lists.contains_key(need) {
                    return Err(PmsError::Dependency(format!("{name} needs {need}")));
                }
                wanted.push(need.clone());
            }
            let in_the_way = package.conflicts.iter();
            going.extend(
                in_the_way
                    .filter(|name| self.installed.contains_key(*name))
                    .cloned(),
            );
            coming.insert(name);
        }
        self.with_dependents(&mut going);
        Ok(self.written(&coming, &going))
    }

    /// Of these, those that are there in another version than is offered.
    fn newer<'a>(&self, names: impl Iterator<Item = &'a String>) -> Vec<String> {
        let version = |packages: &BTreeMap<String, Played>, name: &str| {
            packages.get(name).map(|package| package.version.clone())
        };
        names
            .filter(|name| {
                let offered = version(&self.lists, name);
                offered.is_some() && offered != version(&self.installed, name)
            })
            .cloned()
            .collect()
    }

    /// What needs something that goes, goes.
    fn with_dependents(&self, going: &mut BTreeSet<String>) {
        let next = |going: &BTreeSet<String>| {
            let mut left = self
                .installed
                .iter()
                .filter(|(name, _)| !going.contains(*name));
            left.find(|(_, package)| package.needs.iter().any(|need| going.contains(need)))
                .map(|(name, _)| name.clone())
        };
        while let Some(name) = next(going) {
            going.insert(name);
        }
    }

    fn written(&self, coming: &BTreeSet<String>, going: &BTreeSet<String>) -> Plan {
        let mut plan = Plan::default();
        for name in coming {
            let version = self.lists[name].version.clone();
            let file = self
                .home
                .join("downloads")
                .join(format!("{name}={version}"));
            if !file.exists() {
                plan.download_bytes += 100;
            }
            let replaces = self.installed.get(name).map(|one| one.version.clone());
            let list = match replaces {
                Some(_) => &mut plan.update,
                None => &mut plan.install,
            };
            list.push(planned(name, version, replaces));
        }
        for (name, package) in &self.installed {
            if going.contains(name) {
                plan.remove
                    .push(planned(name, package.version.clone(), None));
            }
        }
        plan
    }
}

fn planned(name: &str, version: String, replaces: Option<String>) -> PlannedPackage {
    PlannedPackage {
        name: name.to_owned(),
        version,
        replaces,
        architecture: "all".to_owned(),
    }
}

//! What is known of the packages of a computer.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a computer cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// Packages that call themselves essential, important or protected.
    System,
    /// The kernel that runs.
    Kernel,
    /// The first process.
    Init,
    /// What connects it to the network.
    Network,
    /// The desktop and the way to log in.
    Desktop,
    /// migasfree itself.
    Migasfree,
}

impl Guard {
    pub const ALL: [Self; 6] = [
        Self::System,
        Self::Kernel,
        Self::Init,
        Self::Network,
        Self::Desktop,
        Self::Migasfree,
    ];

    /// The word of the bus.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Kernel => "kernel",
            Self::Init => "init",
            Self::Network => "network",
            Self::Desktop => "desktop",
            Self::Migasfree => "migasfree",
        }
    }

    /// In English.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::System => "the base system",
            Self::Kernel => "the running kernel",
            Self::Init => "the init system",
            Self::Network => "the network manager",
            Self::Desktop => "the desktop and the login screen",
            Self::Migasfree => "migasfree",
        }
    }
}

/// One alternative of a dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependency {
    pub name: String,
    /// Where the package insists on one.
    pub architecture: Option<String>,
}

/// An installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Without the architecture.
    pub name: String,
    pub architecture: String,
    pub guards: BTreeSet<Guard>,
    pub held: bool,
    /// Somebody asked for it; it did not come along with another one.
    pub by_hand: bool,
    /// It serves packages of every architecture.
    pub serves_all: bool,
    /// Other names it answers to.
    pub provides: Vec<String>,
    /// Each is fulfilled by any of its alternatives.
    pub depends: Vec<Vec<Dependency>>,
}

/// The installed packages by the names plans use.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    packages: BTreeMap<String, Package>,
    /// The packages that answer to a name.
    by_name: BTreeMap<String, Vec<String>>,
}

impl Facts {
    /// Each with the name plans use for it.
    #[must_use]
    pub fn new(packages: impl IntoIterator<Item = (String, Package)>) -> Self {
        let packages: BTreeMap<String, Package> = packages.into_iter().collect();
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, package) in &packages {
            for name in std::iter::once(&package.name).chain(&package.provides) {
                by_name.entry(name.clone()).or_default().push(id.clone());
            }
        }
        Self { packages, by_name }
    }

    pub(super) fn is_held(&self, id: &str) -> bool {
        self.packages.get(id).is_some_and(|package| package.held)
    }

    pub(super) fn is_by_hand(&self, id: &str) -> bool {
        self.packages.get(id).is_some_and(|package| package.by_hand)
    }

    /// The packages under this guard.
    pub(super) fn guarded(&self, guard: Guard) -> Vec<&str> {
        let guarded = self.packages.iter();
        guarded
            .filter(|(_, package)| package.guards.contains(&guard))
            .map(|(id, _)| id.as_str())
            .collect()
    }

    /// The packages that answer to these names: those called so, else those that stand for them.
    pub(super) fn called(&self, names: &BTreeSet<String>) -> Vec<&str> {
        let mut called = Vec::new();
        for name in names {
            let (bare, architecture) = match name.split_once(':') {
                Some((bare, architecture)) => (bare, Some(architecture)),
                None => (name.as_str(), None),
            };
            let Some(ids) = self.by_name.get(bare) else {
                continue;
            };
            let fits = |package: &Package| {
                architecture
                    .is_none_or(|wanted| [wanted, "all"].contains(&package.architecture.as_str()))
            };
            let (own, standing): (Vec<&String>, Vec<&String>) =
                ids.iter().partition(|id| self.packages[*id].name == bare);
            let answering = if own.is_empty() { standing } else { own };
            called.extend(
                answering
                    .into_iter()
                    .filter(|id| fits(&self.packages[*id]))
                    .map(String::as_str),
            );
        }
        called
    }

    /// Of the packages that go, those that `roots` cannot do without: themselves, and what they and their dependencies
    /// depend on when nothing that stays fulfils it. What is updated along has other dependencies afterwards, which the
    /// package manager sees to.
    pub(super) fn lost<'a>(
        &'a self,
        roots: Vec<&'a str>,
        removed: &BTreeSet<&str>,
        updated: &BTreeSet<&str>,
    ) -> BTreeSet<&'a str> {
        let mut lost = BTreeSet::new();
        if removed.is_empty() {
            return lost;
        }
        let mut seen = BTreeSet::new();
        let mut waiting = roots;
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            if removed.contains(id) {
                lost.insert(id);
            }
            let Some(package) = self.packages.get(id) else {
                continue;
            };
            for alternatives in &package.depends {
                let fulfilling = self.fulfilling(package, alternatives);
                let stays = |id: &&str| !removed.contains(*id);
                if fulfilling.iter().any(stays) {
                    waiting.extend(fulfilling.into_iter().filter(stays));
                } else if !updated.contains(id) {
                    waiting.extend(fulfilling);
                }
            }
        }
        lost
    }

    /// The installed packages that fulfil a dependency.
    fn fulfilling<'a>(&'a self, package: &Package, alternatives: &[Dependency]) -> Vec<&'a str> {
        let fits = |id: &str, dependency: &Dependency| {
            let other = &self.packages[id];
            match dependency.architecture.as_deref() {
                None | Some("native") => {
                    other.serves_all
                        || [other.architecture.as_str(), package.architecture.as_str()]
                            .contains(&"all")
                        || other.architecture == package.architecture
                }
                Some("any") => true,
                Some(architecture) => other.architecture == architecture,
            }
        };
        let known = alternatives.iter().filter_map(|dependency| {
            let ids = self.by_name.get(&dependency.name)?;
            Some((dependency, ids))
        });
        known
            .flat_map(|(dependency, ids)| {
                ids.iter()
                    .filter(move |id| fits(id, dependency))
                    .map(String::as_str)
            })
            .collect()
    }
}

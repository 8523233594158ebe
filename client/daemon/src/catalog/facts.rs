//! What the package manager says about the packages of the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::offer::Offer;
use crate::pms::{Action, Candidate, InstalledPackage, PackageName};
use crate::sync::{Engine, EngineError};
use crate::transport::messages::MandatoryPackages;

/// Versions of the packages of the catalogue, and what policies say of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PackageFacts {
    /// The package manager's stamp when this was true.
    pub stamp: u64,
    /// The revision of the catalogue this was asked for.
    pub revision: u64,
    /// Version by name, of those that are installed.
    pub installed: BTreeMap<String, String>,
    /// Those something was begun with and not finished.
    pub broken: BTreeSet<String>,
    /// The newest version by name, of those that a repository has.
    pub candidates: BTreeMap<String, Candidate>,
    /// What policies demand and forbid.
    pub mandatory: MandatoryPackages,
    /// What of that is not so yet.
    pub pending: MandatoryPackages,
    /// Everything on this computer that has a newer version, as of the stamp that follows.
    pub updates: Vec<Update>,
    /// The package manager's stamp when updates were looked for.
    pub updates_stamp: u64,
}

/// A package that has a newer version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Its name.
    pub name: String,
    /// The version that is installed.
    pub from: String,
    /// The version that can be had.
    pub to: String,
    /// It closes a hole.
    pub security: bool,
}

impl PackageFacts {
    /// Asks the package manager. Updates stay as they were: looking for them takes its time.
    pub async fn gather(
        engine: &dyn Engine,
        offer: &Offer,
        before: &Self,
    ) -> Result<Self, EngineError> {
        let stamp = engine.packages_stamp();
        let wanted = offer.all_packages();
        let names: Vec<PackageName> = wanted
            .iter()
            .filter_map(|name| engine.package_name(name).ok())
            .collect();
        let everything = engine.installed().await?;
        let is_wanted = |name: &str| {
            wanted
                .binary_search_by(|one| one.as_str().cmp(name))
                .is_ok()
        };
        let broken = engine.broken().await?.into_iter();
        let broken = broken
            .map(|name| plain(&name).to_owned())
            .filter(|name| is_wanted(name))
            .collect();
        let mandatory = engine.last_mandatory();
        let pending = pending(&mandatory, &everything);
        let installed = everything
            .into_iter()
            .filter_map(|package| {
                let name = plain(&package.name);
                is_wanted(name).then(|| (name.to_owned(), package.version))
            })
            .collect();
        let candidates = engine
            .candidates(&names)
            .await?
            .into_iter()
            .map(|candidate| (candidate.name.clone(), candidate))
            .collect();
        Ok(Self {
            stamp,
            revision: offer.revision,
            installed,
            broken,
            candidates,
            mandatory,
            pending,
            updates: before.updates.clone(),
            updates_stamp: before.updates_stamp,
        })
    }

    /// Whether all of these are installed; an empty list is not.
    #[must_use]
    pub fn has_all(&self, packages: &[String]) -> bool {
        !packages.is_empty()
            && packages
                .iter()
                .all(|package| self.installed.contains_key(package))
    }

    /// Whether a policy demands all of these.
    #[must_use]
    pub fn demands(&self, packages: &[String]) -> bool {
        !packages.is_empty()
            && packages
                .iter()
                .all(|package| self.mandatory.install.contains(package))
    }

    /// Whether a policy forbids one of these.
    #[must_use]
    pub fn forbids(&self, packages: &[String]) -> bool {
        packages
            .iter()
            .any(|package| self.mandatory.remove.contains(package))
    }

    /// How many updates there are, and how many of them close a hole.
    #[must_use]
    pub fn update_counts(&self) -> (u32, u32) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let security = self.updates.iter().filter(|update| update.security).count();
        (count(self.updates.len()), count(security))
    }

    /// Whether the repositories have another version of an installed one of these.
    #[must_use]
    pub fn updates(&self, packages: &[String]) -> bool {
        packages.iter().any(|package| {
            match (self.installed.get(package), self.candidates.get(package)) {
                (Some(version), Some(candidate)) => *version != candidate.version,
                _ => false,
            }
        })
    }
}

/// The names of packages, with and without the architecture some package managers put behind them.
#[must_use]
pub fn package_names(packages: &[InstalledPackage]) -> BTreeSet<&str> {
    packages
        .iter()
        .flat_map(|package| [package.name.as_str(), plain(&package.name)])
        .collect()
}

/// What policies demand and this computer does not fulfil.
fn pending(mandatory: &MandatoryPackages, installed: &[InstalledPackage]) -> MandatoryPackages {
    let there = package_names(installed);
    let those = |names: &[String], is_there: bool| -> Vec<String> {
        names
            .iter()
            .filter(|name| there.contains(name.as_str()) == is_there)
            .cloned()
            .collect()
    };
    MandatoryPackages {
        install: those(&mandatory.install, false),
        remove: those(&mandatory.remove, true),
    }
}

/// What an upgrade would bring; nothing while packages are in such a state that nobody can say.
pub async fn updates(engine: &dyn Engine) -> Vec<Update> {
    let plan = match engine.plan(&Action::Upgrade).await {
        Ok(plan) => plan,
        Err(error) => {
            tracing::info!(%error, "the updates cannot be listed");
            return Vec::new();
        }
    };
    plan.update
        .into_iter()
        .map(|package| Update {
            security: plan.security.contains(&package.name),
            name: package.name,
            from: package.replaces.unwrap_or_default(),
            to: package.version,
        })
        .collect()
}

/// A package's name without the architecture some package managers put behind it.
fn plain(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

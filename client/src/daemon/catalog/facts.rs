//! What the package manager says about the packages of the catalogue.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Offer;
use crate::pms::{Candidate, PackageName};
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
    /// The newest version by name, of those that a repository has.
    pub candidates: BTreeMap<String, Candidate>,
    /// What policies demand and forbid.
    pub mandatory: MandatoryPackages,
}

impl PackageFacts {
    /// Asks the package manager.
    pub async fn gather(engine: &dyn Engine, offer: &Offer) -> Result<Self, EngineError> {
        let stamp = engine.packages_stamp();
        let wanted = offer.all_packages();
        let names: Vec<PackageName> = wanted
            .iter()
            .filter_map(|name| engine.package_name(name).ok())
            .collect();
        let installed = engine
            .installed()
            .await?
            .into_iter()
            .filter_map(|package| {
                let name = plain(&package.name);
                wanted
                    .binary_search_by(|wanted| wanted.as_str().cmp(name))
                    .is_ok()
                    .then(|| (name.to_owned(), package.version))
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
            candidates,
            mandatory: engine.last_mandatory(),
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

/// A package's name without the architecture some package managers put behind it.
fn plain(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

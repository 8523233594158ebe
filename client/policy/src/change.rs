//! What a package change is: what is asked for, and what that would do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A package name the package manager accepts: `name` or `name:architecture`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackageName(String);

impl PackageName {
    /// For back ends, after they checked the text.
    #[must_use]
    pub fn checked(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A package's name without the architecture behind it.
#[must_use]
pub fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

/// What a package job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Install(Vec<PackageName>),
    Remove(Vec<PackageName>),
    /// Everything that has a newer version, whatever goes for it.
    Upgrade,
    /// What has a newer version, as far as nothing goes for it.
    UpgradeKeeping,
    /// Those of these that are installed, to their newest version.
    UpgradePackages(Vec<PackageName>),
    /// The lists of available packages.
    Refresh,
}

/// One package of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedPackage {
    pub name: String,
    /// The version that will be there; for a removal the one that goes.
    pub version: String,
    /// The version there now, for an update.
    pub replaces: Option<String>,
    pub architecture: String,
}

/// What an action would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub install: Vec<PlannedPackage>,
    pub update: Vec<PlannedPackage>,
    pub remove: Vec<PlannedPackage>,
    /// Those of the updates that come from a repository of security updates.
    #[serde(default)]
    pub security: BTreeSet<String>,
    pub download_bytes: u64,
    /// How much more room is taken afterwards; negative when room is freed.
    pub disk_bytes: i64,
    /// Some package comes from a source nobody vouches for.
    pub untrusted: bool,
    /// The computer should be restarted afterwards.
    pub reboot: bool,
}

impl Plan {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.install.is_empty() && self.update.is_empty() && self.remove.is_empty()
    }
}

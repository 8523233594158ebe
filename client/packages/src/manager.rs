//! A package manager as the engine uses it, and what it tells.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::error::PmsError;
use crate::change::{Action, PackageName, Plan};
use crate::job::{Job, JobId};
use crate::messages::Repository;
use crate::observer::LockHolder;
use crate::policy::{Facts, Mandate};

/// A package on this computer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstalledPackage {
    pub name: String,
    pub version: String,
    pub architecture: String,
    /// Where it came from, `migasfree` for our repositories; empty when unknown.
    pub origin: String,
}

/// A package found by a search.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FoundPackage {
    pub name: String,
    pub version: String,
    pub summary: String,
    pub installed: bool,
}

/// What the repositories offer of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub name: String,
    pub version: String,
    pub download_bytes: u64,
    pub installed_bytes: u64,
    /// Empty when the package does not say, like the next one.
    pub homepage: String,
    pub licence: String,
}

/// The words of a search; a package is found when it has all of them, as they are.
///
/// # Errors
/// [`PmsError::InvalidSearch`] when it has no word, or more than anybody would type.
pub fn search_words(text: &str) -> Result<Vec<&str>, PmsError> {
    const LONGEST: usize = 100;
    const MOST: usize = 8;
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first().ok_or(PmsError::InvalidSearch)?;
    if text.chars().count() > LONGEST
        || words.len() > MOST
        || first.starts_with('-')
        || text
            .chars()
            .any(|one| one.is_control() && !one.is_whitespace())
    {
        return Err(PmsError::InvalidSearch);
    }
    Ok(words)
}

/// Where our repositories are, to write them down for the package manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryAccess {
    /// `http` or `https`.
    pub protocol: String,
    /// Host with its port when that is not the protocol's own.
    pub server: String,
    /// Host alone; names key files.
    pub host: String,
    /// `host:port` of a proxy cache put before the server's name.
    pub proxy_cache: Option<String>,
}

/// A package manager at work on one root folder.
#[async_trait]
pub trait PackageManager: Send + Sync + std::fmt::Debug {
    /// The name the server knows it by: `apt`, `dnf`, …
    fn name(&self) -> &'static str;

    /// File name ending of its packages, without the dot.
    fn extension(&self) -> &'static str;

    /// Checks a name against the grammar of this package manager.
    ///
    /// # Errors
    /// [`PmsError::InvalidName`].
    fn name_of(&self, text: &str) -> Result<PackageName, PmsError>;

    /// Native and foreign architectures, separated by blanks.
    async fn architectures(&self) -> Result<String, PmsError>;

    /// Names of packages something was begun with and not finished: unpacked and not configured, half removed.
    async fn broken(&self) -> Result<Vec<String>, PmsError>;

    /// Those of them that work steps over because their scripts had to be stopped.
    async fn set_aside(&self) -> Result<Vec<String>, PmsError> {
        Ok(Vec::new())
    }

    /// What the policy needs to know to judge this plan.
    async fn facts(&self, plan: &Plan) -> Result<Facts, PmsError>;

    /// Every installed package, sorted.
    async fn installed(&self) -> Result<Vec<InstalledPackage>, PmsError>;

    /// Names that can be installed and begin with `prefix`, sorted, at most `limit` (0: all).
    async fn available(&self, prefix: &str, limit: usize) -> Result<Vec<String>, PmsError>;

    /// Packages whose name or description has every word of the text, see [`search_words`].
    async fn search(&self, pattern: &str, limit: usize) -> Result<Vec<FoundPackage>, PmsError>;

    /// The newest version of each of these packages; names that no repository has are left out.
    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, PmsError>;

    /// A number that is another one after packages were installed or removed, or the package lists
    /// refreshed, by whomever. Cheap: it looks at times of files.
    fn stamp(&self) -> u64;

    /// What the action would do, without doing it.
    async fn plan(&self, action: &Action) -> Result<Plan, PmsError>;

    /// Does it: waits for the database lock, repairs what an earlier run left half-done, foresees, has the plan judged
    /// by the policy, downloads (may be cancelled), then does that plan and nothing else (may not). It went well when
    /// what was asked for is so, whatever else is broken. The process outlives this program;
    /// [`PackageManager::attach`] finds it again.
    async fn run(&self, action: &Action, mandate: &Mandate, job: &Job<'_>) -> Result<(), PmsError>;

    /// Goes on listening to a process an earlier program started for this job: its end is the answer. `None` when the
    /// job never started one. [`PmsError::Interrupted`] when it died with its work undone.
    async fn attach(&self, job: &Job<'_>) -> Option<Result<(), PmsError>>;

    /// Forgets the process records of a job that ended.
    fn forget(&self, job: &JobId);

    /// Finishes what an interrupted run left half-done. `false` when there was nothing to do,
    /// [`PmsError::Unrepaired`] when something is still half-done afterwards.
    async fn repair(&self, job: &Job<'_>) -> Result<bool, PmsError>;

    /// Whether an interrupted run left something behind that a repair takes back, whoever ran it. Cheap.
    fn awaits_repair(&self) -> bool {
        false
    }

    /// Who holds the package database now.
    fn lock_holder(&self) -> Option<LockHolder>;

    /// Trusts this armored key for our repositories only. `true` when something changed.
    fn import_key(&self, access: &RepositoryAccess, armored: &str) -> Result<bool, PmsError>;

    /// The key trusted so far for our repositories.
    fn trusted_key(&self, access: &RepositoryAccess) -> Option<String>;

    /// Replaces our repositories; an empty list removes them all. `true` when something changed.
    fn write_repositories(
        &self,
        access: &RepositoryAccess,
        repositories: &[Repository],
    ) -> Result<bool, PmsError>;

    /// Why a restart is wanted, by package; empty when none is.
    fn reboot_required(&self) -> Vec<String>;
}

/// The name a package has in the inventory sent to the server: `name_version_architecture.extension`.
#[must_use]
pub fn inventory_name(package: &InstalledPackage, extension: &str) -> String {
    format!(
        "{}_{}_{}.{extension}",
        package.name, package.version, package.architecture
    )
}

/// Versions by name, to compare two moments.
#[must_use]
pub fn versions(packages: &[InstalledPackage]) -> BTreeMap<&str, &str> {
    packages
        .iter()
        .map(|package| (package.name.as_str(), package.version.as_str()))
        .collect()
}

//! The catalogue: applications, their states, and what an action would change.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may install an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Everybody at the computer.
    #[default]
    User,
    /// Only after an administrator authenticated.
    Admin,
}

/// What the computer has of an application, as its button shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppState {
    /// A job for it waits.
    Queued,
    /// A job installs or updates it.
    Installing,
    /// A job removes it.
    Removing,
    /// A package of it was begun with and not finished.
    Broken,
    /// Installed, and a policy demands it.
    Required,
    /// Installed, and a newer version exists.
    UpdateAvailable,
    /// All its packages are installed.
    Installed,
    /// Some of its packages are installed.
    PartlyInstalled,
    /// It has no packages: a card with information only.
    Information,
    /// A package of it is in no repository, or a policy forbids it.
    NotAvailable,
    /// It can be installed after an administrator authenticated.
    NeedsAdmin,
    /// It can be installed.
    #[default]
    Available,
}

/// State of one application with what explains it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInfo {
    /// The state.
    pub state: AppState,
    /// Whether all its packages are installed, whatever the state says.
    #[serde(default)]
    pub installed: bool,
    /// Policies that demand or forbid it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// Packages that are not installed, or in no repository.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Code that explains the state further: `missing-packages`, `policy-forbids`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A category of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Id at the server.
    pub id: u32,
    /// Name as the administrator wrote it.
    pub name: String,
    /// Applications of it that this computer is offered.
    pub count: u32,
}

/// An application as a card shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Id at the server.
    pub id: u32,
    /// Name.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Id of its category, 0 when it has none.
    pub category: u32,
    /// Name of its category.
    pub category_name: String,
    /// Who may install it.
    pub level: Level,
    /// Relevance from 1 to 5, set by the administrator.
    pub score: u8,
    /// Revision of its icon, changing when the image changes; 0 when it has none.
    #[serde(default)]
    pub icon: u64,
    /// Packages it installs here.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Its state when the list was read.
    pub state: StateInfo,
}

/// The whole catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// Revision at the daemon; 0 when it never fetched one.
    pub revision: u64,
    /// When the daemon fetched it, in seconds since 1970; 0 when never.
    pub fetched_at: i64,
    /// The applications, most relevant first.
    pub apps: Vec<App>,
    /// Categories with at least one application.
    pub categories: Vec<Category>,
}

/// Everything about one application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AppDetails {
    /// What the card shows.
    #[serde(flatten)]
    pub app: App,
    /// Markdown text.
    #[serde(default)]
    pub description: String,
    /// Version of the main package that is installed; empty when none is.
    #[serde(default)]
    pub installed_version: String,
    /// Version of the main package that the repositories offer; empty when unknown.
    #[serde(default)]
    pub candidate_version: String,
    /// Licence of the main package; empty when unknown.
    #[serde(default)]
    pub licence: String,
    /// Web page of the main package; empty when unknown.
    #[serde(default)]
    pub homepage: String,
    /// Space its packages take, in bytes; `None` when unknown.
    #[serde(default)]
    pub installed_size: Option<u64>,
    /// Bytes to download; `None` when unknown.
    #[serde(default)]
    pub download_size: Option<u64>,
    /// When the organisation added it, in seconds since 1970; 0 when unknown.
    #[serde(default)]
    pub created_at: i64,
}

/// A package an action changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPackage {
    /// Name.
    pub name: String,
    /// Version after the change, or the one removed; empty when unknown.
    #[serde(default)]
    pub version: String,
    /// The version that is replaced; empty when none is.
    #[serde(default)]
    pub from: String,
    /// Bytes to download; `None` when unknown.
    #[serde(default)]
    pub size: Option<u64>,
}

/// Something said against a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanObjection {
    /// A code: `removal`, `required`, `held`, `desktop`, …
    pub reason: String,
    /// The packages it is about.
    pub packages: Vec<String>,
}

/// What an action would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Added packages.
    pub install: Vec<PlanPackage>,
    /// Removed packages.
    pub remove: Vec<PlanPackage>,
    /// Packages that get a newer version.
    pub update: Vec<PlanPackage>,
    /// Bytes to download.
    pub download: u64,
    /// Bytes of disk taken (positive) or freed (negative).
    pub disk: i64,
    /// Bytes free where packages are installed.
    #[serde(default)]
    pub free: u64,
    /// Whether a restart is to be expected: `none`, `recommended` or `required`.
    #[serde(default)]
    pub reboot: String,
    /// Whether a package comes from a source nobody signed.
    #[serde(default)]
    pub untrusted: bool,
    /// What the policy of this computer says: `allow`, `ask` or `refuse`; empty from a daemon without one.
    #[serde(default)]
    pub verdict: String,
    /// What is said against it.
    #[serde(default)]
    pub objections: Vec<PlanObjection>,
}

impl Plan {
    /// Whether it would not be done.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.verdict == "refuse"
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.install.is_empty() && self.remove.is_empty() && self.update.is_empty()
    }
}

/// A package that has a newer version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Update {
    /// Its name.
    pub name: String,
    /// The version that is installed.
    pub from: String,
    /// The version that the repositories offer.
    pub to: String,
    /// Bytes to download; `None` when unknown.
    #[serde(default)]
    pub size: Option<u64>,
    /// Whether it closes a hole.
    #[serde(default)]
    pub security: bool,
    /// An application of the catalogue it belongs to.
    #[serde(default)]
    pub app: Option<u32>,
}

/// States by application id, as `StatesChanged` brings them.
pub type States = BTreeMap<u32, StateInfo>;

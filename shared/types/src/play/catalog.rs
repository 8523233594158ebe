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

/// Where an application stands on this computer; the first rule that matches decides
/// (the table of states in the description of Play).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppState {
    /// A job for it is running.
    Working,
    /// A job for it waits.
    Queued,
    /// The package manager is in use by another program, or a restart is due first.
    Blocked,
    /// Installed, and a policy demands it.
    Required,
    /// A policy removes it.
    Forbidden,
    /// Installed, and a newer version exists.
    UpdateAvailable,
    /// All its packages are installed.
    Installed,
    /// Some of its packages are installed.
    Partial,
    /// It has no packages: a card with information only.
    Information,
    /// A package of it is in no configured repository.
    Unavailable,
    /// It can be installed after an administrator authenticated.
    Privileged,
    /// It can be installed.
    #[default]
    Installable,
}

impl AppState {
    /// Reads the daemon's word; an unknown word is shown as not available.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "working" => Self::Working,
            "queued" => Self::Queued,
            "blocked" => Self::Blocked,
            "required" => Self::Required,
            "forbidden" => Self::Forbidden,
            "update-available" => Self::UpdateAvailable,
            "installed" => Self::Installed,
            "partial" => Self::Partial,
            "information" => Self::Information,
            "privileged" => Self::Privileged,
            "installable" => Self::Installable,
            _ => Self::Unavailable,
        }
    }

    /// Whether the application is on the computer.
    #[must_use]
    pub fn is_installed(self) -> bool {
        matches!(
            self,
            Self::Installed | Self::UpdateAvailable | Self::Required
        )
    }
}

/// State of one application with what explains it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInfo {
    /// The state.
    pub state: AppState,
    /// Policy that demands or forbids it; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// Packages in no repository, when the state is [`AppState::Unavailable`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Program that holds the package manager, when the state is [`AppState::Blocked`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holder: String,
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
    /// Mark of its picture, changing when the picture changes; empty when it has none.
    #[serde(default)]
    pub icon: String,
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
    /// Version of the main package: installed when it is, else the candidate.
    #[serde(default)]
    pub version: String,
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
    /// What happened to it on this computer, newest first.
    #[serde(default)]
    pub history: Vec<HistoryEntry>,
}

/// Something that happened to an application on this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Job that did it; empty when none of the daemon's.
    pub job: String,
    /// `install`, `remove`, `upgrade`.
    pub role: String,
    /// `success`, `failed`, `cancelled`, `refused`, `partial`.
    pub result: String,
    /// When it ended, in seconds since 1970.
    pub at: i64,
}

/// A package an action changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPackage {
    /// Name.
    pub name: String,
    /// Version after the change, or the one removed; empty when unknown.
    #[serde(default)]
    pub version: String,
    /// Bytes to download; 0 when unknown.
    #[serde(default)]
    pub size: u64,
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
    /// Whether the computer should be restarted afterwards.
    #[serde(default)]
    pub reboot: bool,
    /// Whether a package comes from a source nobody signed.
    #[serde(default)]
    pub untrusted: bool,
}

impl Plan {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.install.is_empty() && self.remove.is_empty() && self.update.is_empty()
    }
}

/// States by application id, as `StatesChanged` brings them.
pub type States = BTreeMap<u32, StateInfo>;

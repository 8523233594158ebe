//! The dashboard: `GET /api/v1/token/stats/overview/`. Codes, not texts: the view has the words.
use super::reference::Ref;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Five numbers that matter, two charts, and what can be worked off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overview {
    pub figures: Vec<Figure>,
    /// The last thirty days, oldest first, days without synchronisations included.
    pub synchronizations: Vec<SynchronizationDay>,
    /// Productive computers by project, most first.
    pub projects: Vec<ProjectShare>,
    /// Most urgent first.
    pub attention: Vec<Attention>,
}

/// A number with its trend.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figure {
    /// `computers` (productive), `synchronized_today` (distinct computers since midnight), `silent` (productive, no synchronisation for seven days),
    /// `deployments` (enabled), `errors` (not checked).
    pub code: String,
    pub value: u64,
    /// Difference to seven days ago; to the same time yesterday for `synchronized_today`.
    pub trend: Option<i64>,
    /// Filters of the list that shows what was counted.
    pub query: BTreeMap<String, String>,
}

/// What happened on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SynchronizationDay {
    /// `YYYY-MM-DD`
    pub date: String,
    /// Distinct computers that synchronised.
    pub computers: u64,
    /// Those of them whose package manager reported a failure.
    pub failed: u64,
}

/// Computers of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectShare {
    pub id: i64,
    pub name: String,
    pub computers: u64,
}

/// Something an administrator should look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attention {
    /// `no_room` (the disk of the database is full), `publication_failed`, `synchronization_failed`, `errors`, `faults`,
    /// `silent_computers`, `contested_keys`, `pending_keys`, `certificates`, `orphan_packages`, `finished_schedules`
    pub code: String,
    /// `critical`, `warning`, `info`
    pub level: String,
    pub count: u64,
    /// Entity whose list shows them, where there is one: `core.deployment`, `client.computer`, `client.error`, `core.package`…
    pub entity: String,
    /// Filters of that list.
    pub query: BTreeMap<String, String>,
    /// The first few by name.
    pub examples: Vec<Ref>,
}

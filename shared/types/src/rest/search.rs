//! Global search: `GET /api/v1/token/search/?q=`.
use serde::{Deserialize, Serialize};

/// An object that matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchHit {
    /// `client.computer`, `core.deployment`…
    pub entity: String,
    pub id: i64,
    pub text: String,
    /// A second line: project, version, description.
    pub summary: String,
}

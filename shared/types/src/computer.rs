//! What server and computer say to each other, in whatever protocol. The calls that are named are the sealed ones
//! (`safe/…`) and public ones.

use serde::{Deserialize, Deserializer, Serialize};

/// The number the server gave a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ComputerId(pub i64);

impl std::fmt::Display for ComputerId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The number of an application of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(pub u32);

/// Who the server says it is (`public/server/info`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerInfo {
    #[serde(deserialize_with = "text_or_null")]
    pub version: String,
    #[serde(deserialize_with = "text_or_null")]
    pub organization: String,
    /// Calls it has beyond those of migasfree 5, by path below the version: `safe/keys/repositories/`.
    pub additions: Vec<String>,
    /// Its offer of the native protocol (`features::Offer` there).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<serde_json::Value>,
}

/// The server's word about the keys of its repositories (`keys/repositories`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeyWord {
    /// What the question said.
    pub nonce: String,
    pub fingerprints: Vec<String>,
}

/// Code whose output becomes an attribute (`computers/properties`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    pub prefix: String,
    pub language: String,
    pub code: String,
}

/// Code whose output is a fault of the computer (`computers/faults/definitions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultDefinition {
    pub name: String,
    pub language: String,
    pub code: String,
}

/// A source of packages (`computers/repositories`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub name: String,
    /// Text with `{protocol}`, `{server}` and, for rpm, `{keys_path}` left to fill.
    pub source_template: String,
}

/// What must and must not be installed (`computers/packages/mandatory`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MandatoryPackages {
    pub install: Vec<String>,
    pub remove: Vec<String>,
}

/// What setting tags asks for (`computers/tags`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagRules {
    pub preinstall: Vec<String>,
    pub install: Vec<String>,
    pub remove: Vec<String>,
}

/// An attribute the server assigned to this computer (`computers/traits`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trait {
    pub id: i64,
    #[serde(deserialize_with = "text_or_null")]
    pub description: String,
    pub value: String,
    pub name: String,
    pub prefix: String,
    pub sort: String,
}

/// What a label shows (`computers/label`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    #[serde(deserialize_with = "text_or_null")]
    pub uuid: String,
    #[serde(deserialize_with = "text_or_null")]
    pub name: String,
    #[serde(deserialize_with = "text_or_null")]
    pub search: String,
    #[serde(deserialize_with = "text_or_null")]
    pub helpdesk: String,
}

/// What the server knows about this computer (`computers/info`). A server that lacks the call is asked for the
/// label instead; everything the label does not say is then `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComputerInfo {
    #[serde(deserialize_with = "text_or_null")]
    pub uuid: String,
    #[serde(deserialize_with = "text_or_null")]
    pub name: String,
    #[serde(deserialize_with = "text_or_null")]
    pub search: String,
    pub status: Option<String>,
    pub sync_end_date: Option<String>,
    pub fqdn: Option<String>,
    pub mac_address: Option<String>,
    pub ip_address: Option<String>,
    pub cpu: Option<String>,
    pub architecture: Option<i64>,
    pub ram: Option<i64>,
    pub storage: Option<i64>,
    pub disks: Option<i64>,
    pub product: Option<String>,
    pub product_system: Option<String>,
    #[serde(deserialize_with = "text_or_null")]
    pub helpdesk: String,
}

/// An identifier with its text, as the catalogue nests them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<I> {
    pub id: I,
    pub name: String,
}

/// An application of the catalogue (`catalog/apps/available`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct App {
    pub id: AppId,
    pub name: String,
    /// Markdown; its first line is the summary.
    #[serde(default, deserialize_with = "text_or_null")]
    pub description: String,
    #[serde(default)]
    pub created_at: Option<String>,
    #[serde(default)]
    pub score: u32,
    #[serde(default)]
    pub icon: Option<String>,
    /// `U`: any user of the computer; `A`: an administrator.
    pub level: Named<String>,
    pub category: Named<u32>,
    #[serde(default)]
    pub packages_by_project: Vec<AppPackages>,
    #[serde(default)]
    pub available_for_attributes: Vec<serde_json::Value>,
    /// What newer servers say besides.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl App {
    /// The packages of this application in a project; `None` when it has none there.
    #[must_use]
    pub fn packages_in(&self, project: &str) -> Option<&[String]> {
        let entry = self
            .packages_by_project
            .iter()
            .find(|entry| entry.project.name == project)?;
        Some(&entry.packages_to_install)
    }

    /// Whether installing it is for administrators only.
    #[must_use]
    pub fn needs_administrator(&self) -> bool {
        self.level.id == "A"
    }
}

/// The packages of an application in one project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppPackages {
    pub project: Named<i64>,
    #[serde(default)]
    pub packages_to_install: Vec<String>,
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// A request for an application as the server has it (`catalog/requests`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRequest {
    pub id: i64,
    /// `pending`, `approved`, `refused` or `withdrawn`.
    pub state: String,
    /// What the organisation answered.
    #[serde(default, deserialize_with = "text_or_null")]
    pub comment: String,
}

/// A category of the catalogue (`catalog/categories`).
pub type Category = Named<u32>;

/// A list the server always sends on one page (`computers/attributes/assigned`, `…/cid`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub count: i64,
    pub next: Option<String>,
    pub previous: Option<String>,
    pub results: Vec<T>,
}

/// Tags of this computer and those it may choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// `PREFIX-value`.
    pub assigned: Vec<String>,
    /// Property name to list of `PREFIX-value`.
    pub available: std::collections::BTreeMap<String, Vec<String>>,
}

fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

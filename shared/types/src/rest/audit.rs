//! The audit trail: `GET /api/v1/token/audit/`.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change, with the object before and after it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditRecord {
    pub id: i64,
    /// RFC 3339.
    pub created_at: String,
    /// The account; none for computers and for the server itself.
    pub user_id: Option<i64>,
    pub username: String,
    /// `add`, `change`, `delete`, or what an action calls itself.
    pub action: String,
    /// `core.deployment`
    pub entity: String,
    pub object_id: Option<i64>,
    pub object_text: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub address: Option<String>,
    /// What differs, in words.
    pub changes: Vec<AuditChange>,
}

/// A member that differs: names in place of ids, labels in place of codes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditChange {
    pub member: String,
    pub before: Value,
    pub after: Value,
}

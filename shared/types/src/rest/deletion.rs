//! What a deletion would do: `GET /api/v1/token/<entity>/<id>/consequences/`.
use super::reference::Ref;
use serde::{Deserialize, Serialize};

/// Everything that would happen besides the deletion itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Consequences {
    /// What would go with it.
    pub gone: Vec<Affected>,
    /// What would stay and lose a reference to it.
    pub changed: Vec<Affected>,
    /// What would get the other one that `replace_with` names, and so neither goes nor loses anything.
    pub moved: Vec<Affected>,
    /// What is in force and uses it: as long as there is some, it is not deleted without saying what becomes of it.
    pub held: Vec<Affected>,
    /// Whether `replace_with` can name another one for what uses it.
    pub replaceable: bool,
    /// Whether `detach` can disable what uses it and clear the reference.
    pub detachable: bool,
}

/// Objects of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Affected {
    /// `core.deployment`
    pub entity: String,
    /// As a heading: `Deployments`.
    pub text: String,
    /// The member that changes; empty where the objects go.
    pub member: String,
    pub count: u64,
    /// The first of them that the caller may see.
    pub objects: Vec<Ref>,
}

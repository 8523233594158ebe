//! Live events: what the server tells the views over a WebSocket while it happens.
//!
//! Times are RFC 3339. Every event is one JSON object in a text frame.

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// The project something belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventProject {
    /// `core_project.id`
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// The computer something happens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventComputer {
    /// `client_computer.id`
    pub id: i64,
    /// Its host name.
    pub name: String,
    /// What it is called everywhere: `CID-7`.
    #[serde(rename = "__str__", default)]
    pub text: String,
    /// Its project.
    pub project: EventProject,
}

impl EventComputer {
    /// What it is called everywhere, or its host name where that is not said.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.text.is_empty() {
            &self.name
        } else {
            &self.text
        }
    }
}

/// The deployment something happens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDeployment {
    /// `core_deployment.id`
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its project.
    pub project: EventProject,
}

/// Where a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum PublicationState {
    Queued,
    Running,
    Published,
    Failed,
}

impl PublicationState {
    /// As it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Published => "published",
            Self::Failed => "failed",
        }
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ChangeAction {
    Add,
    Change,
    Delete,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// A computer finished a synchronization.
    Synchronization {
        /// The computer.
        computer: EventComputer,
        /// Whether its package manager was content.
        pms_status_ok: bool,
        /// When.
        at: String,
    },
    /// A computer that synchronizes now says what it is doing.
    Progress {
        /// The computer.
        computer: EventComputer,
        /// What it is doing: `code`, `args` and `text` beside the other members.
        #[serde(flatten)]
        doing: Message,
        /// When.
        at: String,
    },
    /// A repository is published.
    Publication {
        /// Its deployment.
        deployment: EventDeployment,
        /// Where it stands.
        state: PublicationState,
        /// Steps done.
        done: u64,
        /// Steps in all; 0 when unknown.
        total: u64,
        /// What it is doing, what it left out, or why it failed.
        #[serde(default)]
        message: Option<Message>,
        /// When.
        at: String,
    },
    /// An object was added, changed or deleted.
    Changed {
        /// `core.deployment` and the like.
        entity: String,
        /// The object; absent when the receiver may know that something changed but not what.
        id: Option<i64>,
        /// What happened.
        action: ChangeAction,
        /// When.
        at: String,
    },
    /// The agent of a computer came or went, or offers something else: whether the computer can be reached for remote support.
    Presence {
        /// `client_computer.id`
        computer: i64,
        /// Whether it is there.
        online: bool,
        /// When.
        at: String,
    },
    /// Something was missed: what is shown has to be asked for again.
    Resync,
}

impl Event {
    /// The computer that finished a synchronization.
    #[must_use]
    pub fn synchronized(&self) -> Option<&EventComputer> {
        match self {
            Self::Synchronization { computer, .. } => Some(computer),
            _ => None,
        }
    }

    /// Whether objects of this kind changed: `core.deployment` and the like.
    #[must_use]
    pub fn changes(&self, kind: &str) -> bool {
        matches!(self, Self::Changed { entity, .. } if entity == kind)
    }

    /// The work that this is a step of: the next step of the same work makes it out of date.
    #[must_use]
    pub fn step(&self) -> Option<(&'static str, i64)> {
        match self {
            Self::Progress { computer, .. } => Some(("computer", computer.id)),
            Self::Publication {
                deployment,
                state: PublicationState::Running,
                ..
            } => Some(("deployment", deployment.id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_event_is_tagged_with_its_type() {
        let project = EventProject {
            id: 2,
            name: "debian-12".to_owned(),
        };
        let event = Event::Synchronization {
            computer: EventComputer {
                id: 7,
                name: "pc-7".to_owned(),
                text: "CID-7".to_owned(),
                project,
            },
            pms_status_ok: true,
            at: "2026-11-21T01:05:30.374669Z".to_owned(),
        };
        let text = r#"{"type":"synchronization","computer":{"id":7,"name":"pc-7","__str__":"CID-7","project":{"id":2,"name":"debian-12"}},"pms_status_ok":true,"at":"2026-11-21T01:05:30.374669Z"}"#;
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!(serde_json::from_str::<Event>(text).unwrap(), event);
    }
}

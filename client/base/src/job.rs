//! A unit of work the engine does for somebody, and how it ended.

use std::fmt;

pub use migasfree_client_system::Cancel;
pub use migasfree_vocabulary::{JobResult, ResultCode};
use serde::{Deserialize, Serialize};

use crate::observer::Observer;

/// Names a job in the queue, its folder on disk and its transient unit `migasfree-job-<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

/// A job id may only hold ASCII letters, digits and hyphens, because it becomes a path and a unit name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a job id: 1 to 64 letters, digits or hyphens are allowed")]
pub struct InvalidJobId(String);

impl JobId {
    /// # Errors
    /// When the text is empty, too long or holds anything but letters, digits and hyphens.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidJobId> {
        let text = text.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidJobId(text))
        }
    }

    /// A new id that sorts by the moment it was made.
    #[must_use]
    pub fn unique() -> Self {
        Self(crate::random::ordered_uuid().simple().to_string())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for JobId {
    type Error = InvalidJobId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What the engine is told about the job it works for.
pub struct Job<'a> {
    pub id: JobId,
    pub observer: &'a dyn Observer,
    /// Cancelled when somebody asks to stop. The engine looks at it only where stopping is safe.
    pub cancel: Cancel,
}

impl<'a> Job<'a> {
    #[must_use]
    pub fn new(id: JobId, observer: &'a dyn Observer) -> Self {
        Self {
            id,
            observer,
            cancel: Cancel::default(),
        }
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Job")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

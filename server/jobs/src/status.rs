//! How work is doing.

use serde::{Serialize, Serializer};

use super::JobId;
use migasfree_server_db::Ts;

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits for a worker, or for the time of its next attempt.
    Queued,
    /// A worker is at it.
    Running,
    /// Done.
    Done,
    /// Given up; the message says why.
    Failed,
    /// The same work was queued again and stands for it.
    Superseded,
}

impl JobState {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl TryFrom<String> for JobState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        [
            Self::Queued,
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Superseded,
        ]
        .into_iter()
        .find(|state| state.name() == name)
        .ok_or_else(|| format!("{name:?} is not the state of a job"))
    }
}

impl Serialize for JobState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How a job is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct JobStatus {
    /// `job.id`
    pub id: JobId,
    /// What sort of work.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 when unknown.
    pub total: i64,
    /// What it is doing, or why it failed.
    pub message: String,
    /// When it was queued.
    pub created_at: Ts,
    /// When the last attempt began.
    pub started_at: Option<Ts>,
    /// When it was done or given up.
    pub finished_at: Option<Ts>,
}

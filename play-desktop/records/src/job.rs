//! Jobs of the daemon as Play shows them.

use migasfree_types::message::Message;
use migasfree_vocabulary::{JobResult, JobRole, JobState, ResultCode, Stage};
use serde::{Deserialize, Serialize};

/// What a job asks: whether packages that nobody named may go, or change although they are held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The daemon's number of it.
    pub id: u32,
    /// Packages that would go.
    pub removal: Vec<String>,
    /// Packages that would change although they are held.
    pub held: Vec<String>,
    /// Packages that would come.
    pub install: Vec<String>,
    /// Packages that would get a newer version.
    pub update: Vec<String>,
}

/// A job. Times are seconds since 1970, 0 when not yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The daemon's id, the last part of the object's path.
    pub id: String,
    /// What it does.
    pub role: JobRole,
    /// Whether it belongs to somebody else; then it does not say what it is about.
    pub foreign: bool,
    /// Applications it is for.
    pub apps: Vec<u32>,
    /// Their names, in the same order.
    pub names: Vec<String>,
    /// Packages it is for.
    pub packages: Vec<String>,
    /// Jobs before it in the queue.
    pub position: u32,
    /// Program that holds the package database, while the job waits for it.
    pub lock_holder: String,
    /// When a job that waits for the network tries again, in seconds since 1970.
    pub retry_at: i64,
    /// State.
    pub state: JobState,
    /// Stage of its work.
    pub stage: Stage,
    /// 0 to 100, or `None` while unknown.
    pub percent: Option<u8>,
    /// What it handles right now, a package for example.
    pub item: String,
    /// Bytes downloaded.
    pub bytes_done: u64,
    /// Bytes to download; 0 when unknown.
    pub bytes_total: u64,
    /// Bytes per second; 0 when unknown.
    pub speed: u64,
    /// Seconds left; 0 when unknown.
    pub remaining: u64,
    /// Whether it may be stopped now.
    pub allow_cancel: bool,
    /// Whether an administrator may stop it now.
    #[serde(default)]
    pub allow_admin_cancel: bool,
    /// What the person is asked now.
    #[serde(default)]
    pub question: Option<Question>,
    /// How it ended.
    pub result: Option<JobResult>,
    /// Code of the result.
    pub code: ResultCode,
    /// Why it ended so, for the details fold; nothing where the code says all.
    #[serde(default)]
    pub said: Option<Message>,
    /// `none`, `recommended` or `required`.
    #[serde(default)]
    pub reboot: String,
    /// When it was asked for.
    pub created: i64,
    /// When it began.
    pub started: i64,
    /// When it ended.
    pub ended: i64,
}

impl Job {
    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state == JobState::Finished
    }

    /// Whether it ended, and not as it was meant to.
    #[must_use]
    pub fn went_wrong(&self) -> bool {
        self.result.is_some_and(JobResult::went_wrong)
    }

    /// Whether it waits for its turn.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, JobState::Queued | JobState::Authorizing)
    }
}

/// Part of a job's log, read from the daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobOutput {
    /// Where the next part begins, in bytes.
    pub next: u64,
    /// The text; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// Part of a job's log, as the daemon sends it while somebody looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputPiece {
    /// Job.
    pub job: String,
    /// Where this part begins, in bytes.
    pub offset: u64,
    /// Length in bytes, as the daemon counts.
    pub length: u64,
    /// The text.
    pub text: String,
}

//! Durable background work: a row with a lease and a heartbeat, done at least once.
//!
//! A [`Job`] says what has to be done, and by which rules: where it waits, what goes first, how often it is attempted. A
//! [`JobHandler`] does it. A handler must be idempotent: when the process dies in the middle, another one starts the same
//! job again.

mod claim;
mod context;
mod figures;
mod handler;
mod job;
mod jobs;
mod retention;
mod schedule;
mod status;
mod worker;
mod workers;

pub use context::JobContext;
pub use handler::{Handlers, JobError, JobHandler};
pub use job::{Chore, Job, Priority, Queue, Unique};
pub use jobs::Jobs;
pub use schedule::Period;
pub use status::{JobState, JobStatus};
pub use workers::Workers;

migasfree_server_db::ids! {
    /// `job.id`
    JobId,
}

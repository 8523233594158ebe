//! Durable background work: a row with a lease and a heartbeat, done at least once.
//!
//! A handler must be idempotent: when the process dies in the middle, another one starts the same job again.

mod handler;
mod queue;
mod schedule;
mod status;
mod worker;

pub use handler::{Handlers, Job, JobContext, JobError, JobHandler};
pub use queue::Queue;
pub use schedule::Period;
pub use status::{JobState, JobStatus};
pub use worker::Workers;

migasfree_server_db::ids! {
    /// `job.id`
    JobId,
}

//! The queue of jobs: durable records, one worker at a time, and what becomes of them.

mod events;
mod follow;
mod launch;
mod live;
mod lock;
mod output;
mod queue;
mod store;
mod task;
mod title;
mod worker;

pub use events::{Changes, Done, Event, EventLog};
pub use follow::Tail;
pub use launch::{Launcher, WorkerCommand};
pub use live::{LiveJob, View};
pub use lock::WorkerLock;
pub use output::read_output;
pub use queue::{Jobs, NewJob};
pub use store::{Admitted, JobStore, StoredJob, StoredState};
pub use task::{AppRef, Task, Work};
pub use title::job_title;
pub use worker::{perform, perform_registration, run_job};

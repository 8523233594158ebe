//! The words in which daemon, bus, command line and Play speak of jobs, applications and this computer. Each is said here
//! once: as a value of the programs, and as the text that travels.
//!
//! With the feature `bus` they can be sent over D-Bus; without it the crate is for WebAssembly, too.

mod app;
mod call;
mod computer;
mod job;
mod word;

pub use app::{AppState, Level, RequestState};
pub use call::{AppSort, PlanRole, SyncReason, SyncScope};
pub use computer::{Connectivity, Origin};
pub use job::{ItemPhase, JobResult, JobRole, JobState, OutputStream, ResultCode, Stage};

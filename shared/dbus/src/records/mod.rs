//! The dictionaries (`a{sv}`) of the interface as structs. A field's name is its key.

mod app;
mod computer;
mod inhibitor;
mod job;
mod options;
mod plan;
mod request;
#[cfg(test)]
mod tests;

pub use app::{AppRecord, AppState, Category, Level, StateDetail};
pub use computer::{ComputerInfo, ComputerLabel, ConfigValue, Network, Origin, TraitRecord};
pub use inhibitor::InhibitorRecord;
pub use job::{
    FinishedDetail, HistoryRecord, JobQuestion, JobRecord, JobResult, JobRole, JobState,
    JobSubject, Stage,
};
pub use options::{
    AppQuery, AppSort, CallOptions, JobFilter, SyncOptions, SyncReason, SyncScope, TagOptions,
    UpgradeOptions,
};
pub use plan::{PendingChange, PlanObjection, PlanRecord, PlanRole, PlannedPackage, UpdateRecord};
pub use request::{RequestRecord, RequestState};

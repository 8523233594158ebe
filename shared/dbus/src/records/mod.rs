//! The dictionaries (`a{sv}`) of the interface as structs. A field's name is its key. Their words come from the
//! vocabulary.

mod app;
mod computer;
mod inhibitor;
mod job;
mod options;
mod plan;
mod request;
mod support;
#[cfg(test)]
mod tests;

pub use app::{AppRecord, Category, StateDetail};
pub use computer::{ComputerInfo, ComputerLabel, ConfigValue, Network, TraitRecord};
pub use inhibitor::InhibitorRecord;
pub use job::{FinishedDetail, HistoryRecord, JobQuestion, JobRecord, JobSubject};
pub use migasfree_vocabulary::{
    AppSort, AppState, Connectivity, ItemPhase, JobResult, JobRole, JobState, Level, Origin,
    OutputStream, PlanRole, RequestState, ResultCode, Stage, SyncReason, SyncScope,
};
pub use options::{AppQuery, CallOptions, JobFilter, SyncOptions, TagOptions, UpgradeOptions};
pub use plan::{PendingChange, PlanObjection, PlanRecord, PlannedPackage, UpdateRecord};
pub use request::RequestRecord;
pub use support::{ActionRecord, MessageRecord, SupportRecord};

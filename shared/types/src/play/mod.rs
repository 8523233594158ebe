//! What Play's shell and Play's view say to each other. The shell reads it from the daemon's
//! D-Bus interface; the view only ever sees these records.

mod catalog;
mod computer;
mod event;
mod fault;
mod job;
mod request;
mod settings;

pub use catalog::{
    App, AppDetails, AppState, Catalog, Category, Level, Plan, PlanObjection, PlanPackage,
    StateInfo, States, Update,
};
pub use computer::{Computer, Connectivity, Link, Machine, Package, Tags};
pub use event::{Event, Place};
pub use fault::Fault;
pub use job::{Job, JobOutput, JobResult, JobState, OutputPiece, Question};
pub use request::{Request, RequestState};
pub use settings::{Language, Settings, Theme};

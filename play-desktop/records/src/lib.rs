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
pub use computer::{Computer, Link, Machine, Package, Tags};
pub use event::{Event, Place};
pub use fault::Fault;
pub use job::{Job, JobOutput, OutputPiece, Question};
pub use migasfree_vocabulary::{
    Connectivity, JobResult, JobRole, JobState, RequestState, ResultCode, Stage,
};
pub use request::Request;
pub use settings::{Language, Settings, Theme};

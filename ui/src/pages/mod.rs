//! Pages with rules of their own; everything else follows from the declarations.
pub mod applications;
pub mod attributes;
pub mod audit;
pub mod computers;
pub mod deployments;
pub mod login;
pub mod not_found;
pub mod overview;
pub mod packages;
pub mod peek;
pub mod policies;
pub mod preferences;
pub mod project_next;
pub mod schedules;
pub mod settings;
pub mod synchronizations;
pub mod users;

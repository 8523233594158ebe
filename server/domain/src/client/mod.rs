//! What clients ask for and report, whichever protocol they speak it in.

pub mod attributes;
pub mod caller;
pub mod catalog;
pub mod computers;
pub mod deployments;
pub mod faults;
pub mod gathered;
pub mod hardware;
pub mod identity;
mod newest;
pub mod novelties;
pub mod packages;
pub mod policies;
pub mod projects;
pub mod properties;
pub mod published;
pub mod records;
pub mod reported;
pub mod reporting;
pub mod repositories;
pub mod requests;
pub mod sets;
pub mod software;
pub mod tags;
pub mod upload_keys;
pub mod used_messages;
pub mod validate;

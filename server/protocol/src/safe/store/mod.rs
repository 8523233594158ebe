//! The statements behind the sealed calls.

pub(super) mod attributes;
pub(super) mod catalog;
pub(super) mod computers;
pub(super) mod deployments;
pub(super) mod faults;
pub(super) mod gathered;
pub(super) mod hardware;
pub(super) mod identity;
pub(super) mod packages;
pub(super) mod policies;
pub(super) mod projects;
pub(super) mod properties;
pub(super) mod records;
pub(super) mod reported;
pub(super) mod requests;
pub(super) mod sets;
pub(super) mod software;
pub(super) mod tags;
pub(super) mod upload_keys;

//! The sealed client protocol, as a computer and a packager use it.

mod at_once;
mod attributes;
mod deleting;
mod domains;
mod identity;
mod limits;
mod packages;
mod refusals;
mod registration;
mod repeated;
mod requests;
pub mod site;
mod statements;
mod synchronization;
mod transcript;

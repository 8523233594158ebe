//! A computer: what it is, what it has, what happened to it, and why it gets what it gets.
mod attributes;
mod bulk;
mod cells;
mod hardware;
mod overview;
mod page;
mod reasons;
mod software;
mod status;
mod synchronizations;
mod timeline;

pub use bulk::bulk_actions;
pub use cells::{USER, name_cell, register_first, sync_cell, user_cell};
pub use page::ComputerPage;

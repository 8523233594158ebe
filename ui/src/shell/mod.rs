//! The frame around every page.
mod bell;
mod commands;
pub mod crumbs;
mod frame;
pub mod keys;
pub mod language;
mod live;
mod person;
mod places;
pub mod restriction;

pub use frame::Frame;

//! The frame around every page.
mod commands;
mod frame;
pub mod language;
mod live;
mod person;
mod places;
pub mod restriction;

pub use frame::Frame;

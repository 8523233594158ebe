//! The frame around every page.
mod commands;
mod frame;
pub mod language;
mod live;
mod person;
mod places;

pub use frame::Frame;

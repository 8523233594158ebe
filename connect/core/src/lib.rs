//! What Connect does, on whichever system: signing in at the server, finding a computer, and a session with it. What a
//! terminal, a store of secrets or a desktop has of its own is passed in.

pub mod actions;
pub mod chooser;
pub mod failures;
pub mod files;
pub mod fleet;
pub mod forward;
pub mod http;
mod keeper;
pub mod links;
pub mod login;
pub mod recording;
mod relay;
pub mod screen;
pub mod secrets;
pub mod servers;
pub mod session;
pub mod sessions;
pub mod ssh;
pub mod table;
pub mod terminal;
pub mod texts;
pub mod trouble;
pub mod trust;
pub mod viewers;

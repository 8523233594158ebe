//! End to end, with the real programs.

#![allow(clippy::unwrap_used)]

mod admin_ui;
mod path;
mod person;
mod play;
mod server_crashes;

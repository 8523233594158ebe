//! End to end, with the real programs.

#![allow(clippy::unwrap_used)]

mod path;
mod server_crashes;

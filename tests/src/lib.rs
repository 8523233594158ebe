//! What the end-to-end tests, the demo and the benchmarks share: the real programs started as
//! their users start them, the programs around them, and an organisation to fill them with.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

pub mod admin;
pub mod agent;
pub mod binaries;
pub mod booted;
pub mod browser;
pub mod bus;
pub mod computer;
pub mod desk;
pub mod display;
pub mod fleet;
pub mod form;
pub mod hostile;
pub mod notices;
pub mod offer;
pub mod organisation;
pub mod ours;
pub mod package;
pub mod peer;
pub mod pictures;
pub mod postgres;
pub mod process;
pub mod program;
pub mod remote;
pub mod root;
pub mod server;
pub mod session;
pub mod stand_in;
pub mod troubles;

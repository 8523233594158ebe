//! The engine and the command line against a server of the tests, and apt in a disposable Debian.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used)]

mod support;

mod apt;
mod apt_policy;
mod cli;
mod contract;
mod corpus;
mod demanded;
mod reference;
mod repair;
mod scripts;
mod sync;
mod worker;

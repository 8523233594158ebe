//! The real program against a server of the tests: its REST calls, its relay, and a computer behind that.

#![allow(clippy::disallowed_methods, reason = "it starts the program")]
#![allow(clippy::unwrap_used)]

mod computer;
mod program;
mod server;

mod actions;
mod files;
mod forward;
mod keyring;
mod list;
mod login;
mod screen;
mod terminal;

//! Talking to the server.

pub mod messages;

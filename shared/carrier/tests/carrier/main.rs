//! Links over lines in memory and over real WebSockets.
#![allow(clippy::unwrap_used)]

mod backoff;
mod double;
mod greetings;
mod links;
mod websockets;

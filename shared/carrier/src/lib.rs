#![doc = include_str!("../README.md")]

pub mod backoff;
mod greeting;
mod link;
mod proxy;
mod transport;
pub mod websocket;

pub use greeting::{Greeting, Word};
pub use link::{Detached, Ended, Incoming, IncomingOpen, Link, Stream};
pub use transport::{Broken, MAX_MESSAGE, Read, Socket, Transport};

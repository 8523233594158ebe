//! Servers for tests: a real one per test, and programs that call it.

pub mod acme;
mod client;
pub mod clock;
pub mod described;
mod device;
pub mod house;
mod page;
pub mod postgres;
mod server;
mod smtp;
pub mod tls;

pub use client::{Answer, Client};
pub use device::Device;
pub use page::Page;
pub use server::Server;
pub use smtp::Smtp;

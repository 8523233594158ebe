//! The computer's side of migasfree.
//!
//! The engine ([`sync::Engine`]) knows what a synchronisation, an installation or a registration does. The daemon
//! and the command line are thin fronts over it: they give it a [`job::Job`] and listen through an
//! [`observer::Observer`].

pub mod attributes;
pub mod change;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
mod files;
pub mod hooks;
pub mod identity;
pub mod inventory;
pub mod job;
pub mod keys;
pub mod lock;
pub mod observer;
pub mod outbox;
pub mod output;
pub mod paths;
pub mod pms;
pub mod policy;
pub mod process;
pub mod random;
pub mod sync;
pub mod texts;
pub mod transport;
pub mod trust;
pub mod upload;

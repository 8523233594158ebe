//! The computer's side of migasfree.
//!
//! The engine ([`sync::Engine`]) knows what a synchronisation, an installation or a registration does. The daemon
//! and the command line are thin fronts over it: they give it a [`job::Job`] and listen through an
//! [`observer::Observer`].

pub mod attributes;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod hooks;
pub mod identity;
pub mod inventory;
pub mod keys;
pub mod outbox;
pub mod sync;
pub mod texts;
pub mod transport;
pub mod trust;
pub mod upload;

// The floors below, under the names they have here.
pub use migasfree_client_base::{job, observer, paths};
pub use migasfree_client_packages as pms;
pub use migasfree_client_policy as policy;
use migasfree_client_system::files;
pub use migasfree_client_system::{clock, lock, output, process, random};

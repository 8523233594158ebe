//! What the client does, whoever wants it done.
//!
//! The engine ([`sync::Engine`]) knows what a synchronisation, an installation or a registration does. The daemon
//! and the command line are thin fronts over it: they give it a [`Job`](migasfree_client_base::job::Job) and listen through
//! an [`Observer`](migasfree_client_base::observer::Observer).

pub mod attributes;
pub mod config;
pub mod hooks;
pub mod identity;
pub mod inventory;
pub mod keys;
pub mod orders;
pub mod outbox;
pub mod sync;
pub mod transport;
pub mod trust;
pub mod upload;

// The floors below, under the names they have here.
use migasfree_client_base::{job, observer, paths};
use migasfree_client_packages as pms;
use migasfree_client_policy as policy;
use migasfree_client_system::{clock, files, lock, process, random};

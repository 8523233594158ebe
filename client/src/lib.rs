//! The computer's side of migasfree: the command line and the languages of both programs, over the floors below.

pub mod agent;
pub mod cli;
pub mod support;
pub mod texts;

// The floors below, under the names they have here.
pub use migasfree_client_base::{job, observer, paths};
pub use migasfree_client_daemon as daemon;
pub use migasfree_client_engine::{
    config, identity, inventory, keys, orders, sync, transport, trust, upload,
};
pub use migasfree_client_packages as pms;
pub use migasfree_client_policy as policy;
pub use migasfree_client_system::{clock, output, process, random};

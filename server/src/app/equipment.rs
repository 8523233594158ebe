//! What a server is made with.

use std::sync::Arc;
use std::time::Duration;

use migasfree_server_auth::Factors;
use migasfree_server_domain::declared::registry;
use migasfree_server_domain::remote::{Limits, Presence, Vault};
use migasfree_server_entity::registry::Registry;
use migasfree_server_repository::system::Systems;

use crate::acceptor::{Acceptor, Plain};

/// What a server is made with, besides its settings. Where nothing else is named, that is what the product has.
#[derive(Debug)]
pub struct Equipment {
    /// What is declared. Its tables are in the database or come before anybody asks for them.
    pub registry: &'static Registry,
    /// The package systems that projects may use.
    pub systems: Systems,
    /// What is asked for besides passwords.
    pub factors: Factors,
    /// How connections begin where the settings switch TLS off.
    pub acceptor: Arc<dyn Acceptor>,
    /// How often whoever listens at a WebSocket is asked whether they are still there.
    pub ping_every: Duration,
    /// Knows which computers can be reached; without it, the relay of the server.
    pub presence: Option<Arc<dyn Presence>>,
    /// Keeps what is recorded of remote support; without it, the relay of the server.
    pub vault: Option<Arc<dyn Vault>>,
    /// How many sessions of remote support there may be.
    pub remote: Limits,
}

impl Default for Equipment {
    fn default() -> Self {
        Self {
            registry: registry(),
            systems: Systems::default(),
            factors: Factors::default(),
            acceptor: Arc::new(Plain),
            ping_every: Duration::from_secs(30),
            presence: None,
            vault: None,
            remote: Limits::default(),
        }
    }
}

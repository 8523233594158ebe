//! What remote support is done with.

use std::sync::Arc;

use migasfree_native::key::KeyPair;

use super::{Limits, NoVault, Nobody, Presence, Vault};

/// What remote support has at hand.
#[derive(Debug)]
pub struct Remote {
    /// Signs grants: computers know this server by it.
    pub key: Arc<KeyPair>,
    /// Which computers are there.
    pub presence: Arc<dyn Presence>,
    /// Where recordings are kept.
    pub vault: Arc<dyn Vault>,
    /// How much at once.
    pub limits: Limits,
}

impl Remote {
    /// With a key, and without a relay.
    #[must_use]
    pub fn new(key: Arc<KeyPair>) -> Self {
        Self {
            key,
            presence: Arc::new(Nobody),
            vault: Arc::new(NoVault),
            limits: Limits::default(),
        }
    }

    /// The same, knowing which computers are there.
    #[must_use]
    pub fn seeing(self, presence: Arc<dyn Presence>) -> Self {
        Self { presence, ..self }
    }

    /// The same, keeping recordings.
    #[must_use]
    pub fn keeping(self, vault: Arc<dyn Vault>) -> Self {
        Self { vault, ..self }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn limited(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

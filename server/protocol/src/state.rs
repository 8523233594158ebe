//! What the calls are answered with.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use migasfree_native::key::KeyPair;
use migasfree_server_auth::{Auth, Limiter};
use migasfree_server_domain::services::Services;

use crate::Settings;
use crate::safe::{Newcomers, keys::KeyRing};

/// What every call may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ProtocolState(Arc<Parts>);

/// The domain's services, and what the protocol has besides.
#[derive(Debug)]
pub struct Parts {
    /// What the domain is asked with.
    pub services: Services,
    /// The settings in force.
    pub settings: Settings,
    /// Private keys of the sealed protocol.
    pub keys: KeyRing,
    /// The key that signs native answers.
    pub native: Arc<KeyPair>,
    /// Counts projects that somebody brings along whom nobody vouches for, by address.
    pub new_projects: Limiter,
    /// Counts computers that nobody vouches for, by address and by project.
    pub newcomers: Newcomers,
}

impl From<Parts> for ProtocolState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for ProtocolState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Deref for Parts {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl FromRef<ProtocolState> for Arc<Auth> {
    fn from_ref(state: &ProtocolState) -> Self {
        Self::clone(&state.auth)
    }
}

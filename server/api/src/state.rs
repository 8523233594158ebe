//! What the calls are answered with.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use migasfree_server_auth::Auth;
use migasfree_server_domain::services::Services;
use migasfree_server_entity::call::Call;
use tokio_util::sync::CancellationToken;

use crate::events::Sockets;

/// What every call may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ApiState(Arc<Parts>);

/// The domain's services, and what this front end has besides.
#[derive(Debug)]
pub struct Parts {
    /// What the domain is asked with.
    pub services: Services,
    /// Calls of other front ends, which are described along with these.
    pub others: Vec<Call>,
    /// The WebSockets that are open.
    pub sockets: Sockets,
    /// As many as one operator may have open; 0 means no limit.
    pub sockets_per_account: u32,
    /// How often whoever listens is asked whether they are still there.
    pub ping_every: Duration,
    /// Cancelled when the server stops: whatever lasts longer than a request ends then.
    pub stop: CancellationToken,
}

impl From<Parts> for ApiState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for ApiState {
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

impl FromRef<ApiState> for Arc<Auth> {
    fn from_ref(state: &ApiState) -> Self {
        Self::clone(&state.auth)
    }
}

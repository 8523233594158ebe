//! How many WebSockets each operator has open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use migasfree_server_audit::UserId;
use migasfree_server_auth::AuthError;

/// The open WebSockets of this process, by operator. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Sockets(Arc<Mutex<HashMap<UserId, u32>>>);

impl Sockets {
    /// A place for one more, which is free again when it is dropped. A limit of zero means no limit.
    ///
    /// # Errors
    /// [`AuthError::TooManySockets`]
    pub(super) fn enter(&self, user: UserId, limit: u32) -> Result<Place, AuthError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if limit > 0 && *count >= limit {
            return Err(AuthError::TooManySockets(limit));
        }
        *count += 1;
        Ok(Place {
            sockets: self.clone(),
            user,
        })
    }

    fn leave(&self, user: UserId) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(user) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The place of one open WebSocket.
#[derive(Debug)]
pub(super) struct Place {
    sockets: Sockets,
    user: UserId,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.leave(self.user);
    }
}

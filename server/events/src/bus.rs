//! Carries events to everybody who listens, in this process and, on PostgreSQL, in the others.

use std::sync::Arc;

use migasfree_server_db::{Db, Tx};
use migasfree_types::events::Event;
use tokio::sync::broadcast;

use super::postgres;

/// A listener that is further behind has missed something and is told so.
const KEPT: usize = 1024;

/// The bus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bus {
    local: broadcast::Sender<Arc<Event>>,
    /// Where several servers share a database, events go through it and come back to each of them.
    shared: Option<postgres::Outbox>,
}

impl Bus {
    /// A bus beside a database.
    pub fn new(db: &Db) -> Self {
        let (local, _) = broadcast::channel(KEPT);
        let shared = db
            .postgres()
            .map(|pool| postgres::connect(pool.clone(), local.clone()));
        Self { local, shared }
    }

    /// Tells everybody. Never waits: where an event finds no room, everybody is told that something was missed.
    pub fn send(&self, event: Event) {
        match &self.shared {
            Some(shared) => shared.send(event),
            None => {
                let _ = self.local.send(Arc::new(event));
            }
        }
    }

    /// Tells everybody once the transaction is committed.
    pub fn send_after(&self, tx: &mut Tx, event: Event) {
        let bus = self.clone();
        tx.after_commit(move || bus.send(event));
    }

    /// Events from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.local.subscribe()
    }
}

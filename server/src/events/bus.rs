//! Carries events to everybody who listens, in this process and, on PostgreSQL, in the others.

use std::sync::Arc;

use migasfree_types::events::Event;
use tokio::sync::{broadcast, mpsc};

use super::postgres;
use crate::db::{Db, Tx};

/// A listener that is further behind has missed something and starts anew.
const KEPT: usize = 1024;

/// The bus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bus {
    local: broadcast::Sender<Arc<Event>>,
    /// Where several servers share a database, events go through it and come back to each of them.
    shared: Option<mpsc::Sender<Event>>,
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

    /// Tells everybody. Never waits: an event that finds no room is lost, as events may be.
    pub fn send(&self, event: Event) {
        match &self.shared {
            Some(shared) => {
                if shared.try_send(event).is_err() {
                    tracing::warn!("too many events at once: one was not sent");
                }
            }
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

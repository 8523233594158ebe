//! Durable background work: rows with lease and heartbeat, run at least once.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::args;
use crate::clock::Clock;
use crate::db::{Db, Result, Tx};

/// Where work is put.
#[derive(Debug, Clone)]
pub struct Queue {
    #[expect(dead_code, reason = "the worker reads it")]
    db: Db,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
}

impl Queue {
    /// A queue over a database.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            wake: Arc::new(Notify::new()),
        }
    }

    /// Puts work in the queue, when the transaction commits. Work of the same kind and key that
    /// still waits stands for both.
    pub async fn enqueue(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        key: &str,
        payload: &serde_json::Value,
    ) -> Result<()> {
        let now = self.clock.now();
        tx.execute(
            "INSERT INTO job (kind, key, payload, state, run_at, created_at) \
             VALUES ($1, $2, $3, 'queued', $4, $4) \
             ON CONFLICT (kind, key) WHERE state = 'queued' DO NOTHING",
            args![kind, key, payload.to_string(), now],
        )
        .await?;
        let wake = Arc::clone(&self.wake);
        tx.after_commit(move || wake.notify_one());
        Ok(())
    }
}

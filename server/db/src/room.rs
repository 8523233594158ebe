//! Whether the disk of the database has room.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::is_no_space;
use super::{Db, Error, Result};
use crate::args;

/// Bytes that fit where there is room.
const FILLER: usize = 64 * 1024;

/// What the last writes told.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// There was none, and nobody has seen any since.
    is_missing: AtomicBool,
    /// Held by who looks.
    looking: tokio::sync::Mutex<()>,
}

impl Room {
    /// Takes note of how something ended.
    pub(super) fn note<T>(&self, done: &sqlx::Result<T>) {
        if done.as_ref().is_err_and(is_no_space) && !self.is_missing.swap(true, Ordering::Relaxed) {
            tracing::error!("the disk of the database is full: free some room");
        }
    }

    /// Something small may fit where nothing else does: more is written, and taken away again.
    pub(super) async fn look(&self, db: &Db) -> Result<bool> {
        if !self.is_missing.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let Ok(_one_at_a_time) = self.looking.try_lock() else {
            return Ok(false);
        };
        let filler = "-".repeat(FILLER);
        let sql = "INSERT INTO database_room (id, filler) VALUES (1, $1) \
                   ON CONFLICT (id) DO UPDATE SET filler = excluded.filler";
        let probed = async {
            db.execute(sql, args![filler]).await?;
            db.execute("DELETE FROM database_room", args![]).await
        };
        match probed.await {
            Err(Error::NoSpace | Error::Busy) => return Ok(false),
            probed => probed?,
        };
        self.is_missing.store(false, Ordering::Relaxed);
        tracing::info!("the disk of the database has room again");
        Ok(true)
    }
}

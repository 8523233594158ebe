//! What is written a moment after it was told.

use std::fmt::Debug;

use async_trait::async_trait;
use migasfree_server_db::{Db, Result};

/// Something told that may wait to be written, but not longer than until an operator is about to read.
#[async_trait]
pub trait Late: Debug + Send + Sync {
    /// Writes what was told until now.
    ///
    /// # Errors
    /// When the database fails; it will be tried again.
    async fn write(&self, db: &Db) -> Result<()>;
}

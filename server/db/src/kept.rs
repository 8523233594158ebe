//! Connections that stay at hand between statements.
//!
//! The pool tests a connection each time it comes back, which on both engines costs as much as a short
//! statement; under load it would be tested after every one of them.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Database, Pool, SqlSafeStr};
use sqlx_core::transaction::TransactionManager as _;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::pulse::{Pulse, is_loss, is_silence, watched};
use super::turns::{Ahead, Taken, Turns};

/// A connection goes back to the pool, which tests it and lets it grow old, after this long.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// A pool, and those of its connections that were used a moment ago.
pub(super) struct Connections<D: Database> {
    pool: Pool<D>,
    kept: Arc<Shelf<D>>,
    turns: Turns,
}

struct Shelf<D: Database> {
    kept: Mutex<Kept<D>>,
    /// As many are kept at most.
    most: usize,
    runtime: Handle,
    pulse: Option<Pulse>,
}

struct Kept<D: Database> {
    idle: Vec<(Instant, PoolConnection<D>)>,
    /// Who waits for the pool; what is given back meanwhile is theirs.
    waiting: usize,
    closed: bool,
    /// Somebody comes to clear away what grew old.
    cleared: bool,
}

/// A connection in use. Dropped, it goes to the pool, which tests it.
pub(super) struct Lease<D: Database> {
    connection: PoolConnection<D>,
    since: Instant,
    was_kept: bool,
    home: Arc<Shelf<D>>,
    _turns: Taken,
}

impl<D: Database> std::fmt::Debug for Connections<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.pool.fmt(f)
    }
}

impl<D: Database> Connections<D> {
    /// Keeps connections of a pool; within a runtime. `spared` of them are never kept: for who asks the pool itself.
    /// With a pulse, nobody waits for a database that is gone.
    pub(super) fn new(pool: Pool<D>, spared: u32, pulse: Option<Pulse>) -> Self {
        let kept = Kept {
            idle: Vec::new(),
            waiting: 0,
            closed: false,
            cleared: false,
        };
        let shelf = Shelf {
            kept: Mutex::new(kept),
            most: pool.options().get_max_connections().saturating_sub(spared) as usize,
            runtime: Handle::current(),
            pulse,
        };
        Self {
            pool,
            kept: Arc::new(shelf),
            turns: Turns::default(),
        }
    }

    /// The same, where some connections stay for who comes ahead.
    pub(super) fn in_turn(self, turns: Turns) -> Self {
        Self { turns, ..self }
    }

    /// The same connections for who comes ahead.
    pub(super) fn ahead(&self, ahead: Ahead) -> Self {
        Self {
            pool: self.pool.clone(),
            kept: Arc::clone(&self.kept),
            turns: self.turns.ahead(ahead),
        }
    }

    pub(super) fn pool(&self) -> &Pool<D> {
        &self.pool
    }

    pub(super) fn pulse(&self) -> Option<&Pulse> {
        self.kept.pulse.as_ref()
    }

    /// A connection, of which nothing is known but that it worked a moment ago.
    pub(super) async fn lease(&self) -> sqlx::Result<Lease<D>> {
        let patience = self.pool.options().get_acquire_timeout();
        let turns = watched(self.pulse(), self.turns.take(patience)).await?;
        while let Some((since, connection)) = self.kept.take_or_wait() {
            if since.elapsed() < KEPT_FOR {
                return Ok(self.leased(connection, since, true, turns));
            }
        }
        let waiting = Waiting(&self.kept);
        let mut connection = watched(self.pulse(), Box::pin(self.pool.acquire())).await?;
        // Where the engine itself ended a transaction, as on a full disk, a connection believes for ever to be in it.
        while D::TransactionManager::get_transaction_depth(&connection) > 0 {
            connection.close_on_drop();
            drop(connection);
            connection = watched(self.pulse(), Box::pin(self.pool.acquire())).await?;
        }
        drop(waiting);
        Ok(self.leased(connection, Instant::now(), false, turns))
    }

    /// A connection that answers: for what may not be sent twice.
    pub(super) async fn lease_tested(&self) -> sqlx::Result<Lease<D>> {
        let mut lease = self.lease().await?;
        if !lease.was_kept {
            return Ok(lease);
        }
        let answered = watched(self.pulse(), Box::pin(lease.ping())).await;
        match answered {
            Ok(()) => Ok(lease),
            Err(error) if is_silence(&error) => Err(error),
            Err(_) => {
                drop(lease);
                self.lease_after_loss().await
            }
        }
    }

    /// A connection after another one was lost. Those kept beside it have had the same fate: the pool tests them.
    pub(super) async fn lease_after_loss(&self) -> sqlx::Result<Lease<D>> {
        let others = std::mem::take(&mut self.kept.locked().idle);
        drop(others);
        self.lease().await
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, statement: Option<&'static str>) -> sqlx::Result<Open<D>> {
        let lease = self.lease().await?;
        let was_kept = lease.was_kept;
        match Open::begin(lease, statement).await {
            Err(error) if was_kept && is_loss(&error) && !is_silence(&error) => {
                Open::begin(self.lease_after_loss().await?, statement).await
            }
            begun => begun,
        }
    }

    fn leased(
        &self,
        connection: PoolConnection<D>,
        since: Instant,
        was_kept: bool,
        turns: Taken,
    ) -> Lease<D> {
        Lease {
            connection,
            since,
            was_kept,
            home: Arc::clone(&self.kept),
            _turns: turns,
        }
    }

    /// Waits until all connections are back and closes them.
    pub(super) async fn close(&self) {
        let idle = {
            let mut kept = self.kept.locked();
            kept.closed = true;
            std::mem::take(&mut kept.idle)
        };
        drop(idle);
        self.pool.close().await;
    }
}

impl<D: Database> Shelf<D> {
    /// A kept connection; without one, the caller counts as waiting.
    fn take_or_wait(&self) -> Option<(Instant, PoolConnection<D>)> {
        let mut kept = self.locked();
        let taken = kept.idle.pop();
        if taken.is_none() {
            kept.waiting += 1;
        }
        taken
    }

    fn locked(&self) -> MutexGuard<'_, Kept<D>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives connections that nobody asked for any more to the pool.
    async fn clear(shelf: Weak<Self>) {
        loop {
            tokio::time::sleep(KEPT_FOR).await;
            let Some(shelf) = shelf.upgrade() else {
                return;
            };
            let mut kept = shelf.locked();
            kept.idle.retain(|(since, _)| since.elapsed() < KEPT_FOR);
            if kept.idle.is_empty() {
                kept.cleared = false;
                return;
            }
        }
    }
}

/// Dropping a connection hands it to the pool by a task, which wants a runtime, also where the last owner has left it.
impl<D: Database> Drop for Shelf<D> {
    fn drop(&mut self) {
        let _within = self.runtime.enter();
        self.locked().idle.clear();
    }
}

/// Counts one who waits for the pool, also when they give up.
struct Waiting<'a, D: Database>(&'a Shelf<D>);

impl<D: Database> Drop for Waiting<'_, D> {
    fn drop(&mut self) {
        self.0.locked().waiting -= 1;
    }
}

impl<D: Database> Lease<D> {
    /// Whether nobody has tested the connection since it was last used.
    pub(super) fn was_kept(&self) -> bool {
        self.was_kept
    }

    /// Gives back a connection on which everything went well.
    pub(super) fn keep(self) {
        let mut kept = self.home.locked();
        let is_full = kept.idle.len() >= self.home.most;
        if kept.waiting > 0 || kept.closed || is_full || self.since.elapsed() >= KEPT_FOR {
            return;
        }
        kept.idle.push((self.since, self.connection));
        if !std::mem::replace(&mut kept.cleared, true) {
            tokio::spawn(Shelf::clear(Arc::downgrade(&self.home)));
        }
    }
}

impl<D: Database> Deref for Lease<D> {
    type Target = D::Connection;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl<D: Database> DerefMut for Lease<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

/// A connection in a transaction. Dropped without [`Open::commit`], the transaction leaves no trace.
pub(super) struct Open<D: Database>(Option<Lease<D>>);

impl<D: Database> Open<D> {
    async fn begin(lease: Lease<D>, statement: Option<&'static str>) -> sqlx::Result<Self> {
        let mut open = Self(Some(lease));
        let statement = statement.map(SqlSafeStr::into_sql_str);
        let (connection, pulse) = open.parts()?;
        watched(
            pulse,
            Box::pin(D::TransactionManager::begin(connection, statement)),
        )
        .await?;
        Ok(open)
    }

    /// The connection, for statements within the transaction.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut D::Connection> {
        self.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// The same, and what tells whether the database is there meanwhile.
    pub(super) fn parts(&mut self) -> sqlx::Result<(&mut D::Connection, Option<&Pulse>)> {
        let lease = self.0.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        Ok((&mut *lease.connection, lease.home.pulse.as_ref()))
    }

    /// Makes everything done in it permanent.
    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        let (connection, pulse) = self.parts()?;
        watched(pulse, Box::pin(D::TransactionManager::commit(connection))).await?;
        if let Some(lease) = self.0.take() {
            lease.keep();
        }
        Ok(())
    }
}

impl<D: Database> Drop for Open<D> {
    fn drop(&mut self) {
        if let Some(mut lease) = self.0.take() {
            D::TransactionManager::start_rollback(&mut lease);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sqlx::Sqlite;
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    async fn with_one() -> Connections<Sqlite> {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(20));
        Connections::new(pool.connect("sqlite::memory:").await.unwrap(), 0, None)
    }

    impl Connections<Sqlite> {
        fn at_hand(&self) -> usize {
            self.kept.locked().idle.len()
        }

        async fn until_somebody_waits(&self) {
            while self.kept.locked().waiting == 0 {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn the_only_connection_serves_statements_transactions_and_whoever_waits() {
        let connections = with_one().await;
        connections.lease().await.unwrap().keep();
        assert_eq!(connections.at_hand(), 1);

        let transaction = connections.begin(None).await.unwrap();
        let (waited, ()) = tokio::join!(connections.lease(), async {
            connections.until_somebody_waits().await;
            transaction.commit().await.unwrap();
        });
        let held = waited.unwrap();
        let (waited, ()) = tokio::join!(connections.lease(), async {
            connections.until_somebody_waits().await;
            held.keep();
        });
        waited.unwrap().keep();
        assert_eq!(connections.kept.locked().waiting, 0);
    }

    #[tokio::test]
    async fn a_transaction_that_the_engine_ended_leaves_a_connection_that_works() {
        let connections = with_one().await;
        for _ in 0..3 {
            let mut transaction = connections.begin(Some("BEGIN IMMEDIATE")).await.unwrap();
            let connection = transaction.connection().unwrap();
            sqlx::raw_sql("ROLLBACK").execute(connection).await.unwrap();
            drop(transaction);
            let transaction = connections.begin(Some("BEGIN IMMEDIATE")).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }

    #[tokio::test]
    async fn closing_takes_back_what_was_kept() {
        let connections = with_one().await;
        connections.lease().await.unwrap().keep();
        let held = connections.lease().await.unwrap();
        tokio::join!(connections.close(), async {
            while !connections.kept.locked().closed {
                tokio::task::yield_now().await;
            }
            held.keep();
        });
        assert!(connections.lease().await.is_err());
    }

    #[tokio::test]
    async fn a_connection_nobody_asks_for_goes_back_to_the_pool() {
        let connections = with_one().await;
        connections.lease().await.unwrap().keep();
        // The pool itself does not know of those that are kept.
        let direct = connections.pool().acquire().await.unwrap();
        assert_eq!(connections.at_hand(), 0);
        drop(direct);
    }

    #[test]
    fn what_is_kept_may_be_dropped_after_its_runtime() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let connections = runtime.block_on(async {
            let connections = with_one().await;
            connections.lease().await.unwrap().keep();
            connections
        });
        drop(runtime);
        drop(connections);
    }
}

//! Who may have how many of the connections: however many wait for a lock, some stay for what cannot wait behind them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Of fewer connections none are set aside.
const ENOUGH: usize = 6;
/// They stay for who comes ahead of others.
const AHEAD_OF_OTHERS: usize = 3;
/// They stay for who comes ahead of everybody.
const AHEAD_OF_EVERYBODY: usize = 1;

/// Before whom somebody gets a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// Ordinary requests and background jobs.
    OfOthers,
    /// Them, and who comes ahead of them.
    OfEverybody,
}

/// The turns that somebody takes before a connection, in this order.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns([Option<Arc<Semaphore>>; 2]);

/// Turns that somebody has, until they are dropped.
pub(super) type Taken = [Option<OwnedSemaphorePermit>; 2];

impl Turns {
    /// Those of ordinary work, with so many connections.
    pub(super) fn of(connections: usize) -> Self {
        if connections < ENOUGH {
            return Self::default();
        }
        let all = connections - AHEAD_OF_EVERYBODY;
        let turns = [all - AHEAD_OF_OTHERS, all];
        Self(turns.map(|count| Some(Arc::new(Semaphore::new(count)))))
    }

    /// Those of who comes ahead.
    pub(super) fn ahead(&self, ahead: Ahead) -> Self {
        let [_, all] = &self.0;
        match ahead {
            Ahead::OfOthers => Self([None, all.clone()]),
            Ahead::OfEverybody => Self::default(),
        }
    }

    /// Takes them, once others have given theirs back.
    pub(super) async fn take(&self, patience: Duration) -> sqlx::Result<Taken> {
        let [first, second] = &self.0;
        let first = taken(first.as_ref(), patience).await?;
        Ok([first, taken(second.as_ref(), patience).await?])
    }
}

async fn taken(
    turn: Option<&Arc<Semaphore>>,
    patience: Duration,
) -> sqlx::Result<Option<OwnedSemaphorePermit>> {
    let Some(turn) = turn else {
        return Ok(None);
    };
    if let Ok(taken) = Arc::clone(turn).try_acquire_owned() {
        return Ok(Some(taken));
    }
    let waited = Box::pin(timeout(patience, Arc::clone(turn).acquire_owned())).await;
    match waited {
        Ok(Ok(taken)) => Ok(Some(taken)),
        Ok(Err(_)) => Err(sqlx::Error::PoolClosed),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

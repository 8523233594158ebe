//! Whether the database is still there. Whoever waits longer than usual is told when it is gone, and waits on when it is
//! only busy.

use std::io;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

/// Nobody waits longer without looking.
const USUAL: Duration = Duration::from_secs(2);
/// A database that is there takes a connection, or refuses it, within this.
const ANSWER: Duration = Duration::from_secs(2);
/// What one found is good for all who wait.
const FRESH: Duration = Duration::from_secs(1);

/// Looks whether a PostgreSQL database is there.
#[derive(Debug)]
pub(super) struct Pulse {
    connect: PgConnectOptions,
    /// When somebody looked, and why it was not there.
    looked: Mutex<Option<(Instant, Option<String>)>>,
}

impl Pulse {
    pub(super) fn of(connect: PgConnectOptions) -> Self {
        Self {
            connect,
            looked: Mutex::default(),
        }
    }

    /// What to tell who waits, if it is gone.
    async fn missing(&self) -> Option<sqlx::Error> {
        let mut looked = self.looked.lock().await;
        let fresh = looked.clone().filter(|(at, _)| at.elapsed() < FRESH);
        let reason = match fresh {
            Some((_, reason)) => reason,
            None => {
                let reason = self.look().await;
                *looked = Some((Instant::now(), reason.clone()));
                reason
            }
        };
        reason.map(|reason| sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, reason)))
    }

    /// A connection of its own: one that is refused, as when there are too many, is an answer, too.
    async fn look(&self) -> Option<String> {
        match timeout(ANSWER, self.connect.connect()).await {
            Ok(Ok(connection)) => {
                let _ = timeout(ANSWER, connection.close()).await;
                None
            }
            Ok(Err(error)) => is_loss(&error).then(|| error.to_string()),
            Err(_) => Some(format!("no answer within {} seconds", ANSWER.as_secs())),
        }
    }
}

/// Does some work of the database, for as long as it is there.
pub(super) async fn watched<T>(
    pulse: Option<&Pulse>,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    let Some(pulse) = pulse else {
        return work.await;
    };
    let gone = async {
        loop {
            sleep(USUAL).await;
            if let Some(error) = pulse.missing().await {
                return error;
            }
        }
    };
    tokio::select! {
        biased;
        done = work => done,
        error = gone => Err(error),
    }
}

/// Whether an error says that the connection is no more.
pub(super) fn is_loss(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        _ => false,
    }
}

/// Whether an error says that nothing answers: another connection would do no better.
pub(super) fn is_silence(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

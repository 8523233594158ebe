//! PostgreSQL: a pool of connections.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};
use tokio::time::{Instant, sleep, timeout_at};

use super::pulse::Pulse;
use super::{Error, Result};

/// A database that is only starting gets this long to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The code of "the database system is starting up".
const STARTING_UP: &str = "57P03";
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Where the database is and how many connections to keep.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host/database`
    pub url: String,
    /// Most connections at the same time.
    pub max_connections: u32,
}

/// A pool, and what tells whether the database behind it is there.
pub(super) async fn connect(options: &PostgresOptions) -> Result<(PgPool, Pulse)> {
    let connect = PgConnectOptions::from_str(&options.url)?
        .application_name("migasfree-server")
        .statement_cache_capacity(400)
        // Compiling a statement takes a second where running it takes milliseconds.
        .options([
            ("timezone", "UTC"),
            ("statement_timeout", "120s"),
            // Who waits on keeps a connection from others.
            ("lock_timeout", "10s"),
            ("jit", "off"),
        ]);
    reach(&connect).await?;
    let pulse = Pulse::of(connect.clone());
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(Duration::from_secs(300))
        .connect_with(connect)
        .await?;
    Ok((pool, pulse))
}

/// Makes sure that the database answers; whoever starts the server is to be told soon why it does not.
async fn reach(connect: &PgConnectOptions) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reason = match timeout_at(deadline, connect.connect()).await {
            Ok(Ok(connection)) => return Ok(connection.close().await?),
            Ok(Err(error)) if may_be_starting(&error) => {
                sleep(TRY_AGAIN_AFTER).await;
                if Instant::now() < deadline {
                    continue;
                }
                error.to_string()
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        };
        let server = address(connect);
        return Err(Error::Unreachable { server, reason });
    }
}

fn may_be_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound
        ),
        sqlx::Error::Database(error) => error.code().as_deref() == Some(STARTING_UP),
        _ => false,
    }
}

/// What a person has to check, without the password.
fn address(connect: &PgConnectOptions) -> String {
    let (host, port) = (connect.get_host(), connect.get_port());
    let place = match connect.get_socket() {
        Some(folder) => format!("{} (port {port})", folder.display()),
        None if host.contains(':') => format!("[{host}]:{port}"),
        None => format!("{host}:{port}"),
    };
    let user = connect.get_username();
    let database = connect.get_database().unwrap_or(user);
    format!("{place}, database {database}, user {user}")
}

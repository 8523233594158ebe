//! PostgreSQL: a pool of connections.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

use super::{Error, Result};

/// Where the database is and how many connections to keep.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host/database`
    pub url: String,
    /// Most connections at the same time.
    pub max_connections: u32,
}

pub(super) async fn connect(options: &PostgresOptions) -> Result<PgPool> {
    let connect = PgConnectOptions::from_str(&options.url)?
        .application_name("migasfree-server")
        .statement_cache_capacity(400)
        .options([("timezone", "UTC"), ("statement_timeout", "120s")]);
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(Duration::from_secs(300))
        .connect_with(connect.clone())
        .await;
    match pool {
        // It waited for a database that is not there: that is what has to be told.
        Err(sqlx::Error::PoolTimedOut) => match connect.connect().await {
            Err(reason) => Err(reason.into()),
            Ok(_) => Err(Error::Busy),
        },
        pool => Ok(pool?),
    }
}

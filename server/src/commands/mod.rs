//! What is done on the machine itself, also while the server runs, and without signing in: whoever may write to the data
//! folder may do it.
//!
//! A command works on the database beside the server. SQLite lets one of them write at a time; the lock on the data folder
//! keeps out a second server, not a command. What is changed holds at the server's next look: requests ask the database
//! who somebody is, and live connections ask it every few seconds.

pub mod audit;
pub mod ca;
mod password;
mod table;
pub mod token;
pub mod user;

use anyhow::{Context as _, ensure};
use migasfree_server_db::{Db, PostgresOptions, Ts, clock::Clock as _, clock::SystemClock};
use migasfree_server_domain::schema::SCHEMA;

use crate::config::Settings;

/// Connections of a command, which does one thing after the other.
const CONNECTIONS: u32 = 2;

/// The database as the server has it.
async fn open(settings: &Settings) -> anyhow::Result<Db> {
    let db = match &settings.database_url {
        Some(url) => {
            let options = PostgresOptions {
                url: url.0.clone(),
                max_connections: CONNECTIONS,
            };
            Db::open_postgres(&options).await?
        }
        None => Db::open_sqlite_beside(&settings.data)
            .await
            .context("cannot use the data of the server, whose folder --data names (one that was never started has none)")?,
    };
    ensure!(
        db.is_at(&SCHEMA).await?,
        "the database is of another version: start this version of the server first"
    );
    Ok(db)
}

fn now() -> Ts {
    SystemClock.now()
}

fn nobody(name: &str) -> anyhow::Error {
    anyhow::anyhow!("there is no account {name:?}; `migasfree-server user list` shows all of them")
}

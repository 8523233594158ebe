//! The data layer: one interface over SQLite and PostgreSQL.
//!
//! Statements are written once, in the subset both engines speak; [`crate::sql!`] covers what they
//! write differently, `sea-query` makes the statements whose shape is known only at run time.

mod alone;
mod args;
mod dialect;
mod error;
mod ids;
mod migrate;
mod postgres;
mod record;
mod seed;
mod sqlite;
mod statement;
mod ts;
mod tx;

use std::path::Path;
use std::sync::Arc;

use sqlx::PgPool;

pub use args::{Arg, Args, IntoArg};
pub use dialect::{Dialect, Sql, escape_like, json_ids};
pub use error::Error;
pub use ids::*;
pub use migrate::{Migrated, known as known_schema};
pub use postgres::PostgresOptions;
pub use record::{Record, Row};
pub use statement::Statement;
pub use ts::Ts;
pub use tx::Tx;

use sqlite::SqliteStore;
use statement::Prepared;

/// Result of the data layer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Arc<Engine>,
}

#[derive(Debug)]
enum Engine {
    Sqlite(SqliteStore),
    Postgres(PgPool),
}

/// Runs a prepared statement on whichever engine is there.
macro_rules! on_engine {
    ($self:ident, $prepared:ident, $run:ident, $make:ident) => {{
        alone::take();
        match &*$self.engine {
            Engine::Sqlite(store) => {
                let pool = store.pool($prepared.reads);
                sqlx::$make($prepared.text, $prepared.args.sqlite()?)
                    .$run(pool)
                    .await
            }
            Engine::Postgres(pool) => {
                sqlx::$make($prepared.text, $prepared.args.postgres()?)
                    .$run(pool)
                    .await
            }
        }
    }};
}

impl Db {
    /// Opens the SQLite file of a data folder, creating both; the folder stays locked until the
    /// last clone is dropped.
    ///
    /// # Errors
    /// [`Error::InUse`] when another server holds the folder.
    pub async fn open_sqlite(folder: &Path) -> Result<Self> {
        let store = SqliteStore::open(folder).await?;
        Ok(Self {
            engine: Arc::new(Engine::Sqlite(store)),
        })
    }

    /// Connects to a PostgreSQL database (`postgres://…`).
    pub async fn open_postgres(options: &PostgresOptions) -> Result<Self> {
        let pool = postgres::connect(options).await?;
        Ok(Self {
            engine: Arc::new(Engine::Postgres(pool)),
        })
    }

    /// Which SQL this database speaks.
    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The PostgreSQL pool, for `LISTEN`.
    pub(crate) fn postgres(&self) -> Option<&PgPool> {
        match &*self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(pool) => Some(pool),
        }
    }

    /// Brings the schema up to date and plants the seed rows in an empty database.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] when a newer server wrote the database; nothing is changed then.
    pub async fn migrate(&self, now: Ts) -> Result<Migrated> {
        migrate::run(self, now).await
    }

    /// Begins a write transaction. On SQLite there is one writer: keep it short. Whoever holds one reads in it, or
    /// before it: asking the database for more while it is open would take a second connection.
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(&self.engine).await
    }

    /// All rows of a static statement. `SELECT` and `WITH` go to the readers,
    /// everything else (`INSERT … RETURNING`) to the writer.
    pub async fn all<T: Record>(&self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(on_engine!(self, prepared, fetch_all, query_as_with)?)
    }

    /// The first row.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn one<T: Record>(&self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(on_engine!(self, prepared, fetch_one, query_as_with)?)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(&self, sql: impl Into<Sql>, args: Args) -> Result<Option<T>> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(on_engine!(self, prepared, fetch_optional, query_as_with)?)
    }

    /// Runs a statement on its own; answers the number of rows affected.
    pub async fn execute(&self, sql: impl Into<Sql>, args: Args) -> Result<u64> {
        self.run(Prepared::fixed(self.dialect(), sql.into(), args))
            .await
    }

    /// All rows of a dynamic statement.
    pub async fn all_query<T: Record>(&self, statement: &impl Statement) -> Result<Vec<T>> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(on_engine!(self, prepared, fetch_all, query_as_with)?)
    }

    /// The first row of a dynamic statement.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn one_query<T: Record>(&self, statement: &impl Statement) -> Result<T> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(on_engine!(self, prepared, fetch_one, query_as_with)?)
    }

    /// The first row of a dynamic statement, if there is one.
    pub async fn optional_query<T: Record>(&self, statement: &impl Statement) -> Result<Option<T>> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(on_engine!(self, prepared, fetch_optional, query_as_with)?)
    }

    /// Runs a dynamic statement on its own; answers the number of rows affected.
    pub async fn execute_query(&self, statement: &impl Statement) -> Result<u64> {
        self.run(statement.prepare(self.dialect())?).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.one::<(i64,)>("SELECT CAST(1 AS BIGINT)", Args::new())
            .await
            .map(|_| ())
    }

    /// Closes all connections; running statements finish first.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(store) => store.close().await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    async fn run(&self, prepared: Prepared) -> Result<u64> {
        alone::take();
        Ok(match &*self.engine {
            Engine::Sqlite(store) => {
                let arguments = prepared.args.sqlite()?;
                let pool = store.pool(false);
                sqlx::query_with(prepared.text, arguments)
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
            Engine::Postgres(pool) => {
                let arguments = prepared.args.postgres()?;
                sqlx::query_with(prepared.text, arguments)
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
        })
    }
}

//! The data layer: one interface over SQLite and PostgreSQL.
//!
//! Statements are written once, in the subset both engines speak; [`crate::sql!`] covers what they
//! write differently, `sea-query` makes the statements whose shape is known only at run time.

mod alone;
mod args;
mod capitals;
mod cascades;
pub mod clock;
mod dialect;
mod error;
mod ids;
mod kept;
mod migrate;
mod postgres;
mod pulse;
pub mod random;
mod record;
mod render;
mod room;
mod sqlite;
mod statement;
mod ts;
mod turns;
mod tx;
pub mod zone;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{PgPool, Postgres};

pub use args::{Arg, Args, IntoArg};
pub use capitals::{folded, folded_column};
pub use cascades::{Cascade, Cascades};
pub use dialect::{Dialect, Sql, escape_like, json_ids};
pub use error::Error;
pub use migrate::{Migrated, Migration, Planting, Schema};
pub use postgres::PostgresOptions;
pub use record::{Record, Row};
pub use statement::Statement;
pub use ts::Ts;
pub use turns::Ahead;
pub use tx::{Last, Tx, Writing};

use kept::Connections;
use pulse::{is_loss, is_silence, watched};
use room::Room;
use sqlite::SqliteStore;
use statement::Prepared;
use turns::Turns;

/// Result of the data layer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Connections that the bus takes from the pool itself: one to listen, one to tell.
const POSTGRES_SPARED: u32 = 2;

/// A database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Arc<Engine>,
    room: Arc<Room>,
    sent: Sent,
}

/// How many statements were sent.
#[derive(Debug, Clone, Default)]
struct Sent(Arc<AtomicU64>);

impl Sent {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Engine {
    Sqlite(SqliteStore),
    Postgres(Connections<Postgres>),
}

/// Runs a prepared statement on whichever engine is there. What waits for it is boxed: everything that awaits a statement
/// would have room for it, on its stack too.
macro_rules! on_engine {
    ($self:ident, $prepared:ident, $run:ident, $make:ident) => {{
        alone::take();
        $self.sent.count();
        match &*$self.engine {
            Engine::Sqlite(store) => {
                let query = sqlx::$make($prepared.text, $prepared.args.sqlite()?);
                let mut lease = store.connections($prepared.reads).lease().await?;
                let done = Box::pin(query.$run(&mut *lease)).await;
                $self.room.note(&done);
                if done.is_ok() {
                    lease.keep();
                }
                done
            }
            Engine::Postgres(connections) => {
                let Prepared { text, args, repeats, .. } = $prepared;
                let mut lease = match repeats {
                    true => connections.lease().await?,
                    false => connections.lease_tested().await?,
                };
                // What only reads may be asked again of another connection.
                let again = (repeats && lease.was_kept()).then(|| (text.clone(), args.clone()));
                let query = sqlx::$make(text, args.postgres()?);
                let mut done = watched(connections.pulse(), Box::pin(query.$run(&mut *lease))).await;
                let is_lost = matches!(&done, Err(error) if is_loss(error) && !is_silence(error));
                if let Some((text, args)) = again.filter(|_| is_lost) {
                    drop(lease);
                    lease = connections.lease_after_loss().await?;
                    let query = sqlx::$make(text, args.postgres()?);
                    done = watched(connections.pulse(), Box::pin(query.$run(&mut *lease))).await;
                }
                $self.room.note(&done);
                if done.is_ok() {
                    lease.keep();
                }
                done
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
            room: Arc::default(),
            sent: Sent::default(),
        })
    }

    /// Opens the SQLite file that is in a data folder, also while a server holds the folder.
    ///
    /// # Errors
    /// [`Error::File`] when there is none.
    pub async fn open_sqlite_beside(folder: &Path) -> Result<Self> {
        let store = SqliteStore::open_beside(folder).await?;
        Ok(Self {
            engine: Arc::new(Engine::Sqlite(store)),
            room: Arc::default(),
            sent: Sent::default(),
        })
    }

    /// Connects to a PostgreSQL database (`postgres://…`).
    pub async fn open_postgres(options: &PostgresOptions) -> Result<Self> {
        let (pool, pulse) = postgres::connect(options).await?;
        let others = options.max_connections.saturating_sub(POSTGRES_SPARED);
        let connections = Connections::new(pool, POSTGRES_SPARED, Some(pulse))
            .in_turn(Turns::of(others as usize));
        Ok(Self {
            engine: Arc::new(Engine::Postgres(connections)),
            room: Arc::default(),
            sent: Sent::default(),
        })
    }

    /// The same database for what is not to wait behind everything else. On SQLite nobody who reads waits for long.
    #[must_use]
    pub fn ahead(&self, ahead: Ahead) -> Self {
        let engine = match &*self.engine {
            Engine::Sqlite(_) => Arc::clone(&self.engine),
            Engine::Postgres(connections) => Arc::new(Engine::Postgres(connections.ahead(ahead))),
        };
        Self {
            engine,
            ..self.clone()
        }
    }

    /// Which SQL this database speaks.
    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The PostgreSQL pool, for `LISTEN`.
    pub fn postgres(&self) -> Option<&PgPool> {
        match &*self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(connections) => Some(connections.pool()),
        }
    }

    /// Brings the database up to a schema; an empty one gets the rows that it starts with.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] when a newer server wrote the database; nothing is changed then.
    pub async fn migrate(&self, schema: &Schema, now: Ts) -> Result<Migrated> {
        let migrated = migrate::run(self, schema, now).await;
        migrated.map_err(|error| match &*self.engine {
            Engine::Sqlite(store) => error.of_file(store.path()),
            Engine::Postgres(_) => error,
        })
    }

    /// Whether the database is as a schema has it: nothing has to be applied, and nothing newer was.
    pub async fn is_at(&self, schema: &Schema) -> Result<bool> {
        migrate::is_at(self, schema).await
    }

    /// Begins a write transaction. On SQLite there is one writer: keep it short. Whoever holds one reads in it, or
    /// before it: asking the database for more while it is open would take a second connection.
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(&self.engine, Arc::clone(&self.room), &self.sent).await
    }

    /// All rows of a static statement. `SELECT` and `WITH` go to the readers,
    /// everything else (`INSERT … RETURNING`) to the writer.
    pub async fn all<T: Record>(&self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(on_engine!(self, prepared, fetch_all, query_as_with)?)
    }

    /// All rows of a static statement that writes, and that does no harm when it comes twice: it needs no connection that
    /// was tested before.
    pub async fn all_repeatable<T: Record>(
        &self,
        sql: impl Into<Sql>,
        args: Args,
    ) -> Result<Vec<T>> {
        let mut prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        prepared.repeats = true;
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

    /// How many statements were sent through this database and its clones, the beginnings and ends of transactions among
    /// them.
    pub fn statements(&self) -> u64 {
        self.sent.0.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.one::<(i64,)>("SELECT CAST(1 AS BIGINT)", Args::new())
            .await
            .map(|_| ())
    }

    /// Whether there is room for what is written. Costs nothing until there was none once; then something is written
    /// to see whether there is again.
    ///
    /// # Errors
    /// When that fails for another reason.
    pub async fn has_room(&self) -> Result<bool> {
        self.room.look(self).await
    }

    /// Closes all connections; running statements finish first.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(store) => store.close().await,
            Engine::Postgres(connections) => connections.close().await,
        }
    }

    async fn run(&self, prepared: Prepared) -> Result<u64> {
        alone::take();
        self.sent.count();
        Ok(match &*self.engine {
            Engine::Sqlite(store) => {
                let query = sqlx::query_with(prepared.text, prepared.args.sqlite()?);
                let mut lease = store.connections(false).lease().await?;
                let done = Box::pin(query.execute(&mut *lease)).await;
                self.room.note(&done);
                let done = done?;
                lease.keep();
                done.rows_affected()
            }
            Engine::Postgres(connections) => {
                let query = sqlx::query_with(prepared.text, prepared.args.postgres()?);
                let mut lease = connections.lease_tested().await?;
                let done = watched(connections.pulse(), Box::pin(query.execute(&mut *lease))).await;
                self.room.note(&done);
                let done = done?;
                lease.keep();
                done.rows_affected()
            }
        })
    }
}

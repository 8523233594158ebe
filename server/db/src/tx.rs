//! Write transactions.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use sea_query::{Expr, LockType, Order, Query};
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::alone::{self, Alone};
use super::kept::Open;
use super::pulse::watched;
use super::render::render;
use super::room::Room;
use super::statement::Prepared;
use super::{Args, Dialect, Engine, Record, Result, Sent, Sql, Statement, json_ids};

type AfterCommit = Box<dyn FnOnce() + Send>;

/// Statements that are sent one after the other.
pub type Writing<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// What a transaction writes last, when everything else is done: whoever waits for it waits for little else.
pub trait Last: Any + Send {
    /// Writes it.
    fn write<'a>(self: Box<Self>, tx: &'a mut Tx) -> Writing<'a>;
}

/// A write transaction; dropped without [`Tx::commit`] it leaves no trace.
pub struct Tx {
    inner: Inner,
    sent: Sent,
    _alone: Alone,
    room: Arc<Room>,
    last: Vec<Box<dyn Last>>,
    after_commit: Vec<AfterCommit>,
}

enum Inner {
    Sqlite(Open<Sqlite>),
    Postgres(Open<Postgres>),
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("dialect", &self.dialect())
            .finish_non_exhaustive()
    }
}

/// Runs a prepared statement inside the transaction.
macro_rules! in_transaction {
    ($self:ident, $prepared:ident, $run:ident, $make:ident) => {{
        $self.sent.count();
        let done = match &mut $self.inner {
            Inner::Sqlite(tx) => {
                let query = sqlx::$make($prepared.text, $prepared.args.sqlite()?);
                Box::pin(query.$run(tx.connection()?)).await
            }
            Inner::Postgres(tx) => {
                let (connection, pulse) = tx.parts()?;
                let query = sqlx::$make($prepared.text, $prepared.args.postgres()?);
                watched(pulse, Box::pin(query.$run(connection))).await
            }
        };
        $self.room.note(&done);
        done
    }};
}

impl Tx {
    pub(super) async fn begin(engine: &Engine, room: Arc<Room>, sent: &Sent) -> Result<Self> {
        alone::take();
        sent.count();
        let inner = match engine {
            // Immediate: a transaction that read first and wants to write later could not wait.
            Engine::Sqlite(store) => {
                let writer = store.connections(false);
                Inner::Sqlite(writer.begin(Some("BEGIN IMMEDIATE")).await?)
            }
            Engine::Postgres(connections) => Inner::Postgres(connections.begin(None).await?),
        };
        Ok(Self {
            inner,
            sent: sent.clone(),
            _alone: Alone::begin(),
            room,
            last: Vec::new(),
            after_commit: Vec::new(),
        })
    }

    /// Which SQL this database speaks.
    pub fn dialect(&self) -> Dialect {
        match &self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Writes what was left for the end, makes everything permanent, then runs what waited for it.
    pub async fn commit(mut self) -> Result<()> {
        for last in std::mem::take(&mut self.last) {
            last.write(&mut self).await?;
        }
        self.sent.count();
        let done = match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        };
        self.room.note(&done);
        done?;
        for run in self.after_commit {
            run();
        }
        Ok(())
    }

    /// What is written last, to be added to.
    pub fn last<T: Last + Default>(&mut self) -> &mut T {
        let place = self.last.iter().position(|last| is::<T>(&**last));
        let place = place.unwrap_or_else(|| {
            self.last.push(Box::<T>::default());
            self.last.len() - 1
        });
        let last: &mut dyn Any = &mut *self.last[place];
        last.downcast_mut().expect("it was found or added as such")
    }

    /// Runs `run` after a successful commit, and never otherwise.
    pub fn after_commit(&mut self, run: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(run));
    }

    /// Keeps everybody else from changing these rows until the transaction ends, so that what is read from now on is what
    /// will be changed. SQLite has one writer: there nothing is left to do.
    pub async fn lock(&mut self, table: &'static str, ids: &[i64]) -> Result<()> {
        // Others may still refer to the rows.
        self.lock_as(LockType::NoKeyUpdate, table, "id", ids).await
    }

    /// The same for rows that will go: nobody comes to refer to them any more.
    pub async fn lock_whole(
        &mut self,
        table: &'static str,
        key: &'static str,
        ids: &[i64],
    ) -> Result<()> {
        self.lock_as(LockType::Update, table, key, ids).await
    }

    /// Lets one transaction at a time go on under a name, which no row needs to bear yet, so that what is looked for and
    /// not found stays missing until it is added. SQLite has one writer: there nothing is left to do.
    pub async fn lock_name(&mut self, table: &'static str, name: &str) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            let name = format!("{table} {name}");
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            self.execute(sql, crate::args![name]).await?;
        }
        Ok(())
    }

    async fn lock_as(
        &mut self,
        lock: LockType,
        table: &'static str,
        key: &'static str,
        ids: &[i64],
    ) -> Result<()> {
        if self.dialect() == Dialect::Sqlite || ids.is_empty() {
            return Ok(());
        }
        // In one order for all, lest two wait for each other.
        let listed = json_ids(ids.iter().copied());
        let rows = Query::select()
            .column(key)
            .from(table)
            .and_where(self.dialect().in_list(Expr::col(key), listed))
            .order_by(key, Order::Asc)
            .lock(lock)
            .take();
        self.all_query::<(i64,)>(&rows).await?;
        Ok(())
    }

    /// All rows of a static statement.
    pub async fn all<T: Record>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<Vec<T>> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(in_transaction!(self, prepared, fetch_all, query_as_with)?)
    }

    /// The first row.
    ///
    /// # Errors
    /// [`super::Error::NotFound`] when there is none.
    pub async fn one<T: Record>(&mut self, sql: impl Into<Sql>, args: Args) -> Result<T> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(in_transaction!(self, prepared, fetch_one, query_as_with)?)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(
        &mut self,
        sql: impl Into<Sql>,
        args: Args,
    ) -> Result<Option<T>> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        Ok(in_transaction!(
            self,
            prepared,
            fetch_optional,
            query_as_with
        )?)
    }

    /// Runs a statement; answers the number of rows affected.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: Args) -> Result<u64> {
        let prepared = Prepared::fixed(self.dialect(), sql.into(), args);
        self.run(prepared).await
    }

    /// All rows of a dynamic statement.
    pub async fn all_query<T: Record>(&mut self, statement: &impl Statement) -> Result<Vec<T>> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(in_transaction!(self, prepared, fetch_all, query_as_with)?)
    }

    /// The first row of a dynamic statement.
    ///
    /// # Errors
    /// [`super::Error::NotFound`] when there is none.
    pub async fn one_query<T: Record>(&mut self, statement: &impl Statement) -> Result<T> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(in_transaction!(self, prepared, fetch_one, query_as_with)?)
    }

    /// The first row of a dynamic statement, if there is one.
    pub async fn optional_query<T: Record>(
        &mut self,
        statement: &impl Statement,
    ) -> Result<Option<T>> {
        let prepared = statement.prepare(self.dialect())?;
        Ok(in_transaction!(
            self,
            prepared,
            fetch_optional,
            query_as_with
        )?)
    }

    /// Runs a dynamic statement; answers the number of rows affected.
    pub async fn execute_query(&mut self, statement: &impl Statement) -> Result<u64> {
        let prepared = statement.prepare(self.dialect())?;
        self.run(prepared).await
    }

    /// Runs a script of a migration: several statements without arguments.
    pub(super) async fn script(&mut self, script: &str) -> Result<()> {
        let sql = AssertSqlSafe(render(script, self.dialect()));
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::raw_sql(sql)
                .execute(tx.connection()?)
                .await
                .map(|_| ())?,
            Inner::Postgres(tx) => sqlx::raw_sql(sql)
                .execute(tx.connection()?)
                .await
                .map(|_| ())?,
        }
        Ok(())
    }

    async fn run(&mut self, prepared: Prepared) -> Result<u64> {
        self.sent.count();
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => {
                let arguments = prepared.args.sqlite()?;
                let query = sqlx::query_with(prepared.text, arguments);
                Box::pin(query.execute(tx.connection()?))
                    .await
                    .map(|done| done.rows_affected())
            }
            Inner::Postgres(tx) => {
                let (connection, pulse) = tx.parts()?;
                let query = sqlx::query_with(prepared.text, prepared.args.postgres()?);
                watched(pulse, Box::pin(query.execute(connection)))
                    .await
                    .map(|done| done.rows_affected())
            }
        };
        self.room.note(&done);
        Ok(done?)
    }
}

fn is<T: Any>(last: &dyn Last) -> bool {
    let last: &dyn Any = last;
    last.is::<T>()
}

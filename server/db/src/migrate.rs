//! Schema migrations: written once for both engines, applied in order, all or nothing.

use std::path::PathBuf;
use std::pin::Pin;

use super::{Db, Dialect, Engine, Error, Result, Ts, Tx};
use crate::args;

/// A step from one schema to the next.
#[derive(Debug)]
pub struct Migration {
    /// Its place in the order.
    pub number: i64,
    /// What it is called in the log.
    pub name: &'static str,
    /// Its scripts in the order they run, in PostgreSQL's SQL. For SQLite the types of columns are translated; a
    /// statement that one engine alone takes follows a line `-- Only PostgreSQL:` or `-- Only SQLite:`.
    pub scripts: &'static [&'static str],
}

/// Puts rows into a database that was empty.
pub type Planting<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// What a database has to become.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Every migration, oldest first.
    pub migrations: &'static [Migration],
    /// Plants what a new database starts with, in the transaction that made its tables.
    pub plant: fn(&mut Tx, Ts) -> Planting<'_>,
}

impl Schema {
    /// Number of the newest migration.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.migrations
            .last()
            .map_or(0, |migration| migration.number)
    }

    fn refuse_newer(&self, found: i64) -> Result<()> {
        let known = self.newest();
        if found > known {
            Err(Error::NewerSchema { found, known })
        } else {
            Ok(())
        }
    }

    /// What is still to be applied, also where something newer was applied before it.
    fn pending(&self, applied: &[i64]) -> impl Iterator<Item = &'static Migration> {
        self.migrations
            .iter()
            .filter(|migration| !applied.contains(&migration.number))
    }
}

/// Any number that no other program uses as an advisory lock of the same database.
const LOCK_KEY: i64 = 0x6d69_6761_7366_7265;

/// What [`Db::migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Migrations applied now.
    pub applied: usize,
    /// Whether the database was empty before.
    pub created: bool,
    /// Copy of the SQLite file made before a migration.
    pub copy: Option<PathBuf>,
}

pub(super) async fn run(db: &Db, schema: &Schema, now: Ts) -> Result<Migrated> {
    let applied = applied_by(db).await?;
    let before = newest(&applied);
    schema.refuse_newer(before)?;
    let copy = match &*db.engine {
        Engine::Sqlite(store) if before > 0 && schema.pending(&applied).next().is_some() => {
            Some(store.copy(&format!("schema-{before}")).await?)
        }
        _ => None,
    };
    let mut tx = db.begin().await?;
    let there = lock(&mut tx).await?;
    let current = newest(&there);
    schema.refuse_newer(current)?;
    let mut applied = 0;
    for migration in schema.pending(&there) {
        tracing::info!(
            number = migration.number,
            name = migration.name,
            "migrating the database"
        );
        for script in migration.scripts {
            tx.script(script).await?;
        }
        tx.execute(
            "INSERT INTO schema_migration (number, name, applied_at) VALUES ($1, $2, $3)",
            args![migration.number, migration.name, now],
        )
        .await?;
        applied += 1;
    }
    if current == 0 {
        (schema.plant)(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(Migrated {
        applied,
        created: current == 0,
        copy,
    })
}

pub(super) async fn is_at(db: &Db, schema: &Schema) -> Result<bool> {
    let applied = applied_by(db).await?;
    Ok(newest(&applied) == schema.newest() && schema.pending(&applied).next().is_none())
}

/// The newest of the migrations applied, 0 for an empty database.
fn newest(applied: &[i64]) -> i64 {
    applied.iter().copied().max().unwrap_or_default()
}

/// The migrations applied; none to an empty database.
async fn applied_by(db: &Db) -> Result<Vec<i64>> {
    let there: (i64,) = match db.dialect() {
        Dialect::Sqlite => {
            let sql = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'";
            db.one(sql, args![]).await?
        }
        Dialect::Postgres => {
            let sql = "SELECT COUNT(*) FROM pg_catalog.pg_class \
                       WHERE oid = to_regclass('schema_migration')";
            db.one(sql, args![]).await?
        }
    };
    if there.0 == 0 {
        return Ok(Vec::new());
    }
    let numbers: Vec<(i64,)> = db.all(NUMBERS, args![]).await?;
    Ok(numbers.into_iter().map(|(number,)| number).collect())
}

const NUMBERS: &str = "SELECT number FROM schema_migration";
const TABLE: &str = "\
CREATE TABLE IF NOT EXISTS schema_migration (
    number bigint NOT NULL PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL
);
";

/// Keeps other servers from migrating until the transaction ends; answers the migrations applied.
async fn lock(tx: &mut Tx) -> Result<Vec<i64>> {
    if tx.dialect() == Dialect::Postgres {
        // Another server may migrate for longer than anything else takes.
        tx.execute("SET LOCAL lock_timeout = 0", args![]).await?;
        tx.execute("SELECT pg_advisory_xact_lock($1)", args![LOCK_KEY])
            .await?;
    }
    tx.script(TABLE).await?;
    let numbers: Vec<(i64,)> = tx.all(NUMBERS, args![]).await?;
    Ok(numbers.into_iter().map(|(number,)| number).collect())
}

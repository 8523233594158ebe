//! Schema migrations: pairs of scripts with the same number, applied in order, all or nothing.

use std::path::PathBuf;

use super::{Db, Dialect, Engine, Error, Result, Sql, Ts, Tx, seed};
use crate::args;

struct Migration {
    number: i64,
    name: &'static str,
    script: Sql,
}

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            script: Sql {
                sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
                postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            },
        }),*]
    };
}

/// Every migration, oldest first. A released script never changes: add another one.
const MIGRATIONS: &[Migration] = migrations![
    1 "0001_reference",
    2 "0002_files_and_repositories",
    3 "0003_package_history",
    4 "0004_large_lists",
    5 "0005_ticket_credentials",
    6 "0006_application_requests",
    20 "0020_domains",
    30 "0030_sign_ins",
    40 "0040_spellings_of_uuids",
    60 "0060_formulas_for_minimal_systems",
    70 "0070_serial_numbers",
    90 "0090_failed_publications",
    100 "0100_rights_on_messages",
    110 "0110_packages_in_stores",
    111 "0111_serial_numbers_in_an_index",
    120 "0120_one_content_under_one_identity",
];

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

/// Number of the newest schema this server knows.
pub fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

pub(super) async fn run(db: &Db, now: Ts) -> Result<Migrated> {
    let applied = applied_by(db).await?;
    let before = newest(&applied);
    refuse_newer(before)?;
    let copy = match &*db.engine {
        Engine::Sqlite(store) if before > 0 && pending(&applied).next().is_some() => {
            Some(store.copy(&format!("schema-{before}")).await?)
        }
        _ => None,
    };
    let mut tx = db.begin().await?;
    let there = lock(&mut tx).await?;
    let current = newest(&there);
    refuse_newer(current)?;
    let mut applied = 0;
    for migration in pending(&there) {
        tracing::info!(
            number = migration.number,
            name = migration.name,
            "migrating the database"
        );
        tx.script(migration.script.text(tx.dialect())).await?;
        tx.execute(
            "INSERT INTO schema_migration (number, name, applied_at) VALUES ($1, $2, $3)",
            args![migration.number, migration.name, now],
        )
        .await?;
        applied += 1;
    }
    if current == 0 {
        seed::plant(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(Migrated {
        applied,
        created: current == 0,
        copy,
    })
}

fn refuse_newer(found: i64) -> Result<()> {
    if found > known() {
        Err(Error::NewerSchema {
            found,
            known: known(),
        })
    } else {
        Ok(())
    }
}

/// The newest of the migrations applied, 0 for an empty database.
fn newest(applied: &[i64]) -> i64 {
    applied.iter().copied().max().unwrap_or_default()
}

/// What is still to be applied, also where something newer was applied before it.
fn pending(applied: &[i64]) -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS
        .iter()
        .filter(|migration| !applied.contains(&migration.number))
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

/// Keeps other servers from migrating until the transaction ends; answers the migrations applied.
async fn lock(tx: &mut Tx) -> Result<Vec<i64>> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", args![LOCK_KEY])
            .await?;
    }
    tx.script(match tx.dialect() {
        Dialect::Sqlite => {
            "CREATE TABLE IF NOT EXISTS schema_migration \
             (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        }
        Dialect::Postgres => {
            "CREATE TABLE IF NOT EXISTS schema_migration \
             (number bigint NOT NULL PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL)"
        }
    })
    .await?;
    let numbers: Vec<(i64,)> = tx.all(NUMBERS, args![]).await?;
    Ok(numbers.into_iter().map(|(number,)| number).collect())
}

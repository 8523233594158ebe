//! What can go wrong in the data layer.

use std::path::{Path, PathBuf};

use sqlx::postgres::PgDatabaseError;

use super::pulse::is_loss;
use super::sqlite::FILE_NAME;

/// A failure of the data layer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that had to be there is not.
    #[error("no such row")]
    NotFound,
    /// Another row has the same values in columns that are unique together.
    #[error("another row of {table} has the same {}", columns.join(", "))]
    Unique {
        /// The table; empty when the engine does not tell.
        table: String,
        /// Its columns; empty when the engine does not tell.
        columns: Vec<String>,
    },
    /// A row refers to one that is not there.
    #[error("the row refers to one that does not exist")]
    ForeignKey,
    /// A value breaks a rule of the table.
    #[error("a value is missing or not allowed: {0}")]
    Constraint(String),
    /// Too much is waiting for the database; the same request may succeed later.
    #[error("the database is busy: try again")]
    Busy,
    /// There is no room for what was to be written.
    #[error("the disk of the database is full: nothing was changed; free some room and try again")]
    NoSpace,
    /// The connection was lost, or there is none to be had.
    #[error("the database does not answer: {0}")]
    NoAnswer(sqlx::Error),
    /// The database cannot be reached.
    #[error(
        "cannot use PostgreSQL at {server}: {reason}; start it, or correct database.url (DATABASE_URL)"
    )]
    Unreachable {
        /// Host and port, database and user.
        server: String,
        /// Why not.
        reason: String,
    },
    /// The data were written by a newer version of the server.
    #[error(
        "the database has schema {found}, this server knows {known}: \
         run the newer server, or restore the copy made before the upgrade"
    )]
    NewerSchema {
        /// Number of the newest migration applied.
        found: i64,
        /// Number of the newest migration known.
        known: i64,
    },
    /// Another server works on the same data folder.
    #[error("another server uses {}: stop it, or choose another folder with --data", .0.display())]
    InUse(PathBuf),
    /// A file of the data folder cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// SQLite cannot make sense of its file.
    #[error(
        "{} is damaged ({reason}): stop the server, and restore a backup of the data folder",
        file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// Everything else.
    #[error(transparent)]
    Sqlx(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default().into_owned();
                if inner.is_unique_violation() {
                    return unique(inner.as_ref());
                }
                if inner.is_foreign_key_violation() {
                    return Self::ForeignKey;
                }
                if inner.is_check_violation() || matches!(code.as_str(), "23502" | "1299" | "3091")
                {
                    return Self::Constraint(inner.message().to_owned());
                }
                if is_busy(&code) {
                    return Self::Busy;
                }
                if is_no_space(&error) {
                    return Self::NoSpace;
                }
                if matches!(code.as_str(), "11" | "26" | "267" | "523" | "779") {
                    return Self::Damaged {
                        file: FILE_NAME.into(),
                        reason: inner.message().to_owned(),
                    };
                }
            }
            _ => {}
        }
        if is_loss(&error) {
            return Self::NoAnswer(error);
        }
        Self::Sqlx(error)
    }
}

impl Error {
    /// The same where it is known which file is damaged.
    pub(super) fn of_file(self, path: &Path) -> Self {
        match self {
            Self::Damaged { reason, .. } => Self::Damaged {
                file: path.to_owned(),
                reason,
            },
            other => other,
        }
    }
}

/// Whether an engine says that something else is under way: it waited too long, or two waited for each other.
fn is_busy(code: &str) -> bool {
    let sqlite = ["5", "6", "261", "517"];
    let postgres = ["40001", "40P01", "55P03", "57014"];
    sqlite.contains(&code) || postgres.contains(&code)
}

/// Whether an engine says that the disk is full.
pub(super) fn is_no_space(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("13" | "53100"))
}

fn unique(error: &dyn sqlx::error::DatabaseError) -> Error {
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(postgres) => Error::Unique {
            table: postgres.table().unwrap_or_default().to_owned(),
            columns: columns_of_detail(postgres.detail().unwrap_or_default()),
        },
        None => unique_of_sqlite(error.message()),
    }
}

/// `Key (project_id, name)=(1, x) already exists.`, whatever the language around it.
fn columns_of_detail(detail: &str) -> Vec<String> {
    let Some((key, _)) = detail.split_once(")=(") else {
        return Vec::new();
    };
    let Some((_, columns)) = key.split_once('(') else {
        return Vec::new();
    };
    let columns: Vec<String> = columns
        .split(", ")
        .map(|name| name.trim_matches('"').to_owned())
        .collect();
    if columns.iter().any(|name| name.contains('(')) {
        Vec::new()
    } else {
        columns
    }
}

/// `UNIQUE constraint failed: core_store.project_id, core_store.name`
fn unique_of_sqlite(message: &str) -> Error {
    let list = message.split_once("failed: ").map_or("", |(_, list)| list);
    let mut table = String::new();
    let mut columns = Vec::new();
    for (of, column) in list.split(", ").filter_map(|item| item.split_once('.')) {
        of.clone_into(&mut table);
        columns.push(column.to_owned());
    }
    Error::Unique { table, columns }
}

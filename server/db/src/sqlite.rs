//! SQLite: one file in the data folder, one writer, several readers.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::kept::Connections;
use super::{Error, Result};

pub(super) const FILE_NAME: &str = "migasfree.db";
const LOCK_NAME: &str = "lock";
const WAIT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct SqliteStore {
    writer: Connections<Sqlite>,
    readers: Connections<Sqlite>,
    path: PathBuf,
    /// Held until the store is dropped; the system releases it when the process dies. None beside whoever holds it.
    _lock: Option<File>,
}

impl SqliteStore {
    pub(super) async fn open(folder: &Path) -> Result<Self> {
        let lock = lock(folder)?;
        let path = folder.join(FILE_NAME);
        let opened = Self::open_file(path.clone(), Some(lock)).await;
        opened.map_err(|error| error.of_file(&path))
    }

    /// The file that is there, also while a server works on it: it has one writer at a time, of whichever process.
    pub(super) async fn open_beside(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        if let Err(source) = std::fs::metadata(&path) {
            return Err(Error::File { path, source });
        }
        let opened = Self::open_file(path.clone(), None).await;
        opened.map_err(|error| error.of_file(&path))
    }

    /// Where its file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    async fn open_file(path: PathBuf, lock: Option<File>) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(lock.is_some())
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(WAIT)
            .statement_cache_capacity(400)
            // Rows that fit need no waiting for the reader.
            .row_buffer_size(1024)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-8000");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone().optimize_on_close(true, 400))
            .await?;
        restrict(&path)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(reader_count())
            .min_connections(1)
            .acquire_timeout(WAIT)
            .idle_timeout(Duration::from_secs(60))
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(
                options
                    .create_if_missing(false)
                    .pragma("query_only", "on")
                    // Each has pages of its own; behind them is the system's cache, which all share.
                    .pragma("cache_size", "-4000"),
            )
            .await?;
        Ok(Self {
            writer: Connections::new(writer, 0, None),
            readers: Connections::new(readers, 0, None),
            path,
            _lock: lock,
        })
    }

    pub(super) fn connections(&self, reads: bool) -> &Connections<Sqlite> {
        if reads { &self.readers } else { &self.writer }
    }

    /// Copies the database beside itself; the copy is complete or absent.
    pub(super) async fn copy(&self, suffix: &str) -> Result<PathBuf> {
        let target = self.path.with_file_name(format!("{FILE_NAME}.{suffix}"));
        let partial = self
            .path
            .with_file_name(format!("{FILE_NAME}.{suffix}.partial"));
        let _ = std::fs::remove_file(&partial);
        sqlx::query("VACUUM INTO $1")
            .bind(partial.to_string_lossy().into_owned())
            .execute(&mut *self.writer.lease().await?)
            .await?;
        restrict(&partial)?;
        std::fs::rename(&partial, &target).map_err(|source| Error::File {
            path: target.clone(),
            source,
        })?;
        Ok(target)
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn reader_count() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(cores * 2).unwrap_or(4).clamp(4, 32)
}

fn lock(folder: &Path) -> Result<File> {
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(file_error(folder))?;
    let path = folder.join(LOCK_NAME);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(file_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(file_error(&path)(source)),
    }
}

/// The file holds password hashes: nobody else reads it.
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|source| {
        Error::File {
            path: path.to_owned(),
            source,
        }
    })
}

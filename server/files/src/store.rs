//! The blob store: files by the SHA-256 of their content, behind `object_store`.
//!
//! A file gets its row in `file_blob` first and its object second, so that collecting garbage,
//! which removes them the other way round in one transaction, never takes what somebody just
//! stored. Rows of other tables refer to the row in `file_blob`, after both are there.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path as FsPath;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use migasfree_server_db::{self as db, Db, Ts, args};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, PutPayload,
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::{Spool, SpoolError, Spooled};

/// Bytes read or written in one go.
const CHUNK: usize = 256 * 1024;
/// Bytes of one part of a stored upload.
const PART: usize = 8 * 1024 * 1024;

/// Why a blob could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The place blobs are kept in.
    #[error("the file store failed: {0}")]
    Store(#[from] object_store::Error),
    /// A temporary file.
    #[error("the file store failed: {0}")]
    Io(#[from] io::Error),
}

/// A small file to be stored.
#[derive(Debug, Clone)]
pub struct NewBlob {
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Its content.
    pub content: Bytes,
}

/// Where blobs are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The same place, flushing to the disk what cannot be made again.
    durable: Arc<dyn ObjectStore>,
    incoming: Arc<FsPath>,
    stored: Arc<FsPath>,
}

impl Store {
    /// Uses a folder, creating it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &FsPath) -> io::Result<Self> {
        let incoming = root.join("incoming");
        let objects = root.join("sha256");
        std::fs::create_dir_all(&incoming)?;
        std::fs::create_dir_all(&objects)?;
        let local = LocalFileSystem::new_with_prefix(&objects)?;
        Ok(Self {
            durable: Arc::new(local.clone().with_fsync(true)),
            objects: Arc::new(local),
            incoming: incoming.into(),
            stored: objects.into(),
        })
    }

    /// Removes what a server left behind that died while it took or stored a file: what nobody has
    /// written to for `untouched`, or everything when no other server uses the place.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn sweep(&self, untouched: Duration) -> io::Result<()> {
        remove_abandoned(&self.incoming, untouched, |_| true)?;
        for folder in std::fs::read_dir(&self.stored)? {
            let folder = folder?;
            if folder.file_type()?.is_dir() {
                // Objects have this mark in their names until they are complete.
                remove_abandoned(&folder.path(), untouched, |name| name.contains('#'))?;
            }
        }
        Ok(())
    }

    /// A temporary file for an upload of at most `limit` bytes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn spool(&self, limit: u64) -> Result<Spool, SpoolError> {
        let temporary = tempfile::NamedTempFile::new_in(&self.incoming)?;
        Ok(Spool::new(temporary, limit)?)
    }

    /// Stores an upload under its digest; one that is there already is kept.
    ///
    /// # Errors
    /// Nothing refers to the blob then, so it does not matter what was written.
    pub async fn put_upload(
        &self,
        db: &Db,
        now: Ts,
        upload: &Spooled,
        sha256: &str,
    ) -> Result<(), BlobError> {
        announce(db, now, &[(sha256, upload.size())]).await?;
        let path = object(sha256);
        if self.has(&path, upload.size()).await? {
            return Ok(());
        }
        let mut file = tokio::fs::File::from_std(upload.open()?);
        let mut parts = self.durable.put_multipart(&path).await?;
        loop {
            let mut part = Vec::with_capacity(PART.min(upload.size() as usize + 1));
            if (&mut file).take(PART as u64).read_to_end(&mut part).await? == 0 {
                break;
            }
            parts.put_part(PutPayload::from(part)).await?;
        }
        parts.complete().await?;
        Ok(())
    }

    /// Stores small files under their digests.
    ///
    /// # Errors
    /// Nothing refers to the blobs then, so it does not matter what was written.
    pub async fn put_small(&self, db: &Db, now: Ts, blobs: &[NewBlob]) -> Result<(), BlobError> {
        self.put_all(&*self.durable, db, now, blobs).await
    }

    /// Stores small files that can be made again: they are not flushed to the disk one by one.
    ///
    /// # Errors
    /// Nothing refers to the blobs then, so it does not matter what was written.
    pub async fn put_generated(
        &self,
        db: &Db,
        now: Ts,
        blobs: &[NewBlob],
    ) -> Result<(), BlobError> {
        self.put_all(&*self.objects, db, now, blobs).await
    }

    async fn put_all(
        &self,
        objects: &dyn ObjectStore,
        db: &Db,
        now: Ts,
        blobs: &[NewBlob],
    ) -> Result<(), BlobError> {
        let announced: Vec<(&str, u64)> = blobs
            .iter()
            .map(|blob| (blob.sha256.as_str(), blob.content.len() as u64))
            .collect();
        announce(db, now, &announced).await?;
        let writes = blobs.iter().map(|blob| async move {
            let path = object(&blob.sha256);
            if !self.has(&path, blob.content.len() as u64).await? {
                objects.put(&path, blob.content.clone().into()).await?;
            }
            Ok(())
        });
        futures_util::future::try_join_all(writes).await.map(|_| ())
    }

    /// Whether a blob is there and as long as it has to be.
    ///
    /// # Errors
    /// When the place blobs are kept in does not answer.
    pub async fn has_blob(&self, sha256: &str, size: u64) -> Result<bool, BlobError> {
        self.has(&object(sha256), size).await
    }

    /// All of a small blob.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn read(&self, sha256: &str) -> Result<Bytes, BlobError> {
        Ok(self.objects.get(&object(sha256)).await?.bytes().await?)
    }

    /// A blob as a file to read from the start, for code off the runtime.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn open_blob(&self, sha256: &str) -> Result<File, BlobError> {
        let found = self.objects.get(&object(sha256)).await?;
        if let GetResultPayload::File(file, _) = found.payload {
            return Ok(file);
        }
        let mut copy = tempfile::tempfile_in(&self.incoming)?;
        let mut stream = found.into_stream();
        while let Some(chunk) = stream.next().await {
            copy.write_all(&chunk?)?;
        }
        io::Seek::rewind(&mut copy)?;
        Ok(copy)
    }

    /// A part of a blob as the body of an answer.
    ///
    /// # Errors
    /// When the blob is not there.
    pub async fn body(&self, sha256: &str, range: Range<u64>) -> Result<Body, BlobError> {
        let length = range.end.saturating_sub(range.start);
        if length == 0 {
            return Ok(Body::empty());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            ..GetOptions::default()
        };
        let found = self.objects.get_opts(&object(sha256), options).await?;
        // object_store's own stream of a local file hops to another thread every 8 KiB.
        if let GetResultPayload::File(file, _) = found.payload {
            let mut file = tokio::fs::File::from_std(file);
            file.set_max_buf_size(CHUNK);
            file.seek(io::SeekFrom::Start(range.start)).await?;
            let part = file.take(length);
            return Ok(Body::from_stream(ReaderStream::with_capacity(part, CHUNK)));
        }
        Ok(Body::from_stream(found.into_stream()))
    }

    /// Removes objects; those that are not there do no harm.
    ///
    /// # Errors
    /// When the place blobs are kept in does not answer.
    pub async fn remove(&self, sha256: &[(String,)]) -> Result<(), BlobError> {
        for (digest,) in sha256 {
            match self.objects.delete(&object(digest)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn has(&self, path: &Path, size: u64) -> Result<bool, BlobError> {
        match self.objects.head(path).await {
            Ok(found) => Ok(found.size == size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Makes the rows of blobs, or takes their rows away from the garbage for another day.
async fn announce(db: &Db, now: Ts, blobs: &[(&str, u64)]) -> Result<(), db::Error> {
    let mut tx = db.begin().await?;
    for (sha256, size) in blobs {
        tx.execute(
            "INSERT INTO file_blob (sha256, size, stored_at) VALUES ($1, $2, $3) \
             ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at",
            args![*sha256, i64::try_from(*size).unwrap_or(i64::MAX), now],
        )
        .await?;
    }
    tx.commit().await
}

/// Two levels, so that no folder grows too large.
fn object(sha256: &str) -> Path {
    let folder = sha256.get(..2).unwrap_or_default();
    Path::from(format!("{folder}/{sha256}"))
}

fn remove_abandoned(
    folder: &FsPath,
    untouched: Duration,
    temporary: impl Fn(&str) -> bool,
) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !temporary(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let modified = entry.metadata().and_then(|data| data.modified());
        #[expect(clippy::disallowed_methods, reason = "files have the system's time")]
        let age = modified.map(|modified| SystemTime::now().duration_since(modified));
        // One that is gone meanwhile was somebody's.
        if age.is_ok_and(|age| age.unwrap_or_default() >= untouched) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

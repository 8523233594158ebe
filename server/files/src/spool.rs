//! Uploads on their way: a temporary file that vanishes unless it is stored.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

/// Why an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// It is too long.
    #[error("the file is larger than the {0} bytes allowed")]
    TooLarge(u64),
    /// The sender stopped in the middle.
    #[error("the upload broke off: {0}")]
    BrokeOff(String),
    /// The disk is full.
    #[error("{NO_SPACE}")]
    NoSpace,
    /// It cannot be kept.
    #[error("the upload could not be written: {0}")]
    Io(io::Error),
}

/// Told to whoever sends a file, who can do nothing about it but wait.
pub const NO_SPACE: &str = "The server's disk is full: tell those who run it.";

impl From<io::Error> for SpoolError {
    fn from(error: io::Error) -> Self {
        if is_no_space(&error) {
            Self::NoSpace
        } else {
            Self::Io(error)
        }
    }
}

/// Whether an error, or one it came of, is a full disk.
pub fn is_no_space(error: &(dyn std::error::Error + 'static)) -> bool {
    let full = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    };
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.downcast_ref().is_some_and(full))
}

/// A temporary file being written. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Spool {
    temporary: NamedTempFile,
    writer: tokio::io::BufWriter<tokio::fs::File>,
    size: u64,
    limit: u64,
}

impl Spool {
    pub(super) fn new(temporary: NamedTempFile, limit: u64) -> io::Result<Self> {
        let file = tokio::fs::File::from_std(temporary.reopen()?);
        let writer = tokio::io::BufWriter::with_capacity(256 * 1024, file);
        Ok(Self {
            temporary,
            writer,
            size: 0,
            limit,
        })
    }

    /// Appends to the file.
    ///
    /// # Errors
    /// [`SpoolError::TooLarge`] as soon as the limit is passed.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), SpoolError> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(SpoolError::TooLarge(self.limit));
        }
        Ok(self.writer.write_all(bytes).await?)
    }

    /// Appends all of a request body or multipart field.
    ///
    /// # Errors
    /// [`SpoolError::BrokeOff`] when the stream fails.
    pub async fn write_all<E: std::fmt::Display>(
        &mut self,
        stream: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), SpoolError> {
        let mut stream = std::pin::pin!(stream);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| SpoolError::BrokeOff(error.to_string()))?;
            self.write(&chunk).await?;
        }
        Ok(())
    }

    /// Ends writing.
    ///
    /// # Errors
    /// When the last bytes cannot be written.
    pub async fn finish(mut self) -> Result<Spooled, SpoolError> {
        self.writer.flush().await?;
        Ok(Spooled {
            temporary: self.temporary,
            size: self.size,
        })
    }
}

/// A complete upload, not yet stored.
#[derive(Debug)]
pub struct Spooled {
    temporary: NamedTempFile,
    size: u64,
}

impl Spooled {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Opens it from the start.
    ///
    /// # Errors
    /// When the file is gone.
    pub fn open(&self) -> io::Result<std::fs::File> {
        self.temporary.reopen()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlobError;

    #[test]
    fn a_full_disk_is_told_from_other_failures_however_deep_it_lies() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let store = |source: io::Error| {
            BlobError::Store(object_store::Error::Generic {
                store: "local",
                source: Box::new(source),
            })
        };
        assert!(matches!(SpoolError::from(full()), SpoolError::NoSpace));
        assert!(is_no_space(&store(full())) && is_no_space(&BlobError::Io(full())));
        assert!(!is_no_space(&store(io::ErrorKind::NotFound.into())));
    }
}

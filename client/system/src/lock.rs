//! One migasfree at a time writes to a computer.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::files;

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another migasfree (process {0}) is working; wait until it ends")]
    Held(u32),
    #[error("the lock file cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// Held until dropped; the system lets go of it when the program dies.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock without waiting.
    ///
    /// # Errors
    /// [`LockError::Held`] with the process that has it.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        if let Some(folder) = path.parent() {
            files::public_folder(folder)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        // Whoever may open it may lock it, and would keep every job waiting.
        file.set_permissions(Permissions::from_mode(0o600))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            return Err(LockError::Held(holder.trim().parse().unwrap_or(0)));
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_second_is_told_who_has_it_and_may_take_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/lock");
        let first = FileLock::take(&path).unwrap();
        let Err(LockError::Held(holder)) = FileLock::take(&path) else {
            panic!("taken twice")
        };
        assert_eq!(holder, std::process::id());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else can lock it");
        drop(first);
        FileLock::take(&path).unwrap();
    }
}

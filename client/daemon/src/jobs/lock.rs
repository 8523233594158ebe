//! Says whether the worker of a job lives: it holds a lock on `lock` in the job's folder, which the kernel
//! takes away when it dies.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The lock of a job's worker.
#[derive(Debug, Clone)]
pub struct WorkerLock {
    path: PathBuf,
}

/// Held by the worker as long as it lives.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

impl WorkerLock {
    /// The lock in this folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self {
            path: folder.join("lock"),
        }
    }

    /// Takes it, for the worker. Fails when another worker has it; the daemon looking at it for a moment
    /// does not matter.
    pub fn take(&self) -> io::Result<Held> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)?;
        for attempt in 1.. {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(rustix::io::Errno::WOULDBLOCK) if attempt < 20 => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error.into()),
            }
        }
        fs::write(&self.path, std::process::id().to_string())?;
        Ok(Held { _file: file })
    }

    /// Forgets the last worker, which is dead, before the next one starts: nobody takes its number for the new one's.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether a worker has it.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let Ok(file) = File::open(&self.path) else {
            return false;
        };
        flock(&file, FlockOperation::NonBlockingLockShared).is_err()
    }

    /// Asks the worker to stop at the next safe moment. `false` when there is none.
    pub fn interrupt(&self) -> io::Result<bool> {
        self.signal(Signal::INT)
    }

    /// Asks the worker to stop the script that runs. `false` when there is none.
    pub fn stop_script(&self) -> io::Result<bool> {
        self.signal(Signal::USR1)
    }

    fn signal(&self, signal: Signal) -> io::Result<bool> {
        let Some(pid) = self.holder() else {
            return Ok(false);
        };
        let process = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(process) => process,
            Err(rustix::io::Errno::SRCH) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        // The descriptor stands for one process for ever. The lock still held means that it is the worker's: a number
        // that was used again would belong to a process without it.
        if !self.is_held() {
            return Ok(false);
        }
        match pidfd_send_signal(&process, signal) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn holder(&self) -> Option<Pid> {
        if !self.is_held() {
            return None;
        }
        Pid::from_raw(fs::read_to_string(&self.path).ok()?.trim().parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_dead_worker_holds_nothing_and_is_not_signalled() {
        let folder = tempfile::tempdir().unwrap();
        let lock = WorkerLock::of(folder.path());
        assert!(!lock.is_held());
        let held = lock.take().unwrap();
        assert!(lock.is_held());
        assert!(lock.take().is_err());
        drop(held);
        assert!(!lock.is_held());
        assert!(!lock.interrupt().unwrap());
    }
}

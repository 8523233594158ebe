//! Who else is at a package database.

use std::fs::OpenOptions;
use std::path::Path;

use rustix::process::{Flock, FlockType, fcntl_getlk};

use crate::observer::LockHolder;

/// The program that locks this file (`fcntl`).
#[must_use]
pub fn holder_of(file: &Path) -> Option<LockHolder> {
    let file = OpenOptions::new().read(true).open(file).ok()?;
    let found = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).ok()??;
    let pid = found.pid.map_or(0, |pid| pid.as_raw_nonzero().get());
    Some(program(pid.unsigned_abs()))
}

/// A program that runs, by what the system calls it.
#[must_use]
pub fn program(pid: u32) -> LockHolder {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    LockHolder {
        pid,
        name: name.trim().to_owned(),
    }
}

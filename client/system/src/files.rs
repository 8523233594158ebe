//! Writing files so that nobody ever sees half of one.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Replaces a file at once: a new one is written beside it, with this mode from its first byte, and renamed.
///
/// # Errors
/// Those of the file system; the old file is then untouched.
pub fn write(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(mode))
        .prefix(".new-")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    // The umask may have taken bits away.
    file.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes a folder, and those above it, that only its owner may enter; tightens one that is there already.
///
/// # Errors
/// Those of the file system.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Makes a folder, and those above it, that everybody may look into, whatever the umask; one that is there already
/// stays as it is.
///
/// # Errors
/// Those of the file system.
pub fn public_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        public_folder(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o755)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Where the partition begins that a path is on, or would be; `None` for what is no path.
#[must_use]
pub fn partition_of(path: &Path) -> Option<PathBuf> {
    fn device(path: &Path) -> Option<u64> {
        Some(fs::metadata(path).ok()?.dev())
    }
    if !path.is_absolute() {
        return None;
    }
    let there = path
        .ancestors()
        .find_map(|folder| folder.canonicalize().ok())?;
    let own = device(&there);
    let on_it = there.ancestors().take_while(|folder| device(folder) == own);
    on_it.last().map(Path::to_owned)
}

/// The content of a file; `None` when it is not there.
///
/// # Errors
/// Those of the file system other than "not found".
pub fn read_optional(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file; one that is not there is fine.
///
/// # Errors
/// Those of the file system other than "not found".
pub fn remove_optional(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

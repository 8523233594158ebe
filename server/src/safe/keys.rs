//! The server's private keys.

use std::path::{Path, PathBuf};

/// The keys folder.
#[derive(Debug, Clone)]
pub struct KeyRing {
    folder: PathBuf,
}

impl KeyRing {
    /// Uses a folder, creating it with mode 0700.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

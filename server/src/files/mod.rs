//! Files: blobs by content, and the public tree resolved from the database.

use axum::Router;

use crate::app::AppState;

/// Routes of this domain.
pub fn router() -> Router<AppState> {
    Router::new()
}

/// Where blobs are kept.
#[derive(Debug, Clone)]
pub struct Store {
    root: std::path::PathBuf,
}

impl Store {
    /// Uses a folder, creating it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &std::path::Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The folder.
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }
}

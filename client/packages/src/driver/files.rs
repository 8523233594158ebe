//! The files with our repositories and the key that is trusted for them.

use std::path::Path;

use super::Driver;
use crate::files;
use crate::messages::Repository;
use crate::sources::{Refused, SourcesFile};
use crate::{PmsError, RepositoryAccess};

impl Driver {
    /// `true` when it was another key.
    pub(super) fn write_key(
        &self,
        access: &RepositoryAccess,
        armored: &str,
    ) -> Result<bool, PmsError> {
        let file = self.back_end.key_file(access);
        let path = self.inside(&file.path);
        if files::read_optional(&path)?.as_deref() == Some(armored) {
            return Ok(false);
        }
        files::public_folder(folder_of(&path))?;
        files::write(&path, armored.as_bytes(), 0o644)?;
        self.remove_all(&file.older)?;
        Ok(true)
    }

    pub(super) fn read_key(&self, access: &RepositoryAccess) -> Option<String> {
        let file = self.back_end.key_file(access);
        files::read_optional(&self.inside(&file.path))
            .ok()
            .flatten()
    }

    /// `true` when something changed.
    pub(super) fn write_sources(
        &self,
        access: &RepositoryAccess,
        repositories: &[Repository],
    ) -> Result<bool, PmsError> {
        let SourcesFile {
            path,
            text,
            older,
            refused,
        } = self.back_end.sources_file(access, repositories);
        for Refused { name, reason } in refused {
            tracing::warn!(repository = name, reason, "a repository is left out");
        }
        let path = self.inside(&path);
        files::public_folder(folder_of(&path))?;
        let older_format = self.remove_all(&older)?;
        if files::read_optional(&path)?.as_deref() == Some(text.as_str()) {
            return Ok(older_format);
        }
        files::write(&path, text.as_bytes(), 0o644)?;
        Ok(true)
    }

    /// `true` when one of them was there.
    fn remove_all(&self, paths: &[String]) -> Result<bool, PmsError> {
        let mut removed = false;
        for path in paths {
            removed |= files::remove_optional(&self.inside(path))?;
        }
        Ok(removed)
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

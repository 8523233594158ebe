//! Opens the engine with the settings of a moment, and sees whether they changed since.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use crate::config::Settings;
use crate::sync::{Engine, EngineError};

/// Opens the engine with the settings of now.
#[async_trait]
pub trait Opener: Send + Sync + std::fmt::Debug {
    /// The engine and what it was opened with.
    async fn open(&self) -> Result<(Arc<dyn Engine>, Settings), EngineError>;
}

/// How the files of the settings look; another value after somebody changed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, u64, i64, i64, u64)>);

impl Stamp {
    /// How they look now.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        let mut paths = vec![file.to_path_buf()];
        let drop_ins = fs::read_dir(drop_in_folder(file)).into_iter().flatten();
        paths.extend(drop_ins.flatten().map(|entry| entry.path()));
        paths.sort();
        let look = |path: PathBuf| {
            let file = fs::metadata(&path).ok()?;
            let (seconds, nanoseconds) = (file.mtime(), file.mtime_nsec());
            Some((path, file.ino(), seconds, nanoseconds, file.size()))
        };
        Self(paths.into_iter().filter_map(look).collect())
    }
}

/// The folder of the files beside a file of settings.
pub(super) fn drop_in_folder(file: &Path) -> PathBuf {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".d");
    folder.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_way_to_change_the_settings_shows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        let mut seen = vec![Stamp::of(&file)];
        fs::write(&file, "[client]\n").unwrap();
        seen.push(Stamp::of(&file));
        fs::create_dir(folder.path().join("migasfree.conf.d")).unwrap();
        fs::write(folder.path().join("migasfree.conf.d/1.conf"), "").unwrap();
        seen.push(Stamp::of(&file));
        fs::write(folder.path().join("new"), "[client]\n").unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
        seen.push(Stamp::of(&file));
        assert_eq!(seen.last(), Some(&Stamp::of(&file)));
        for (one, other) in seen.iter().zip(&seen[1..]) {
            assert_ne!(one, other);
        }
    }
}

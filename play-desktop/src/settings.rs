//! What the person chose, in a file of the person's own configuration folder.

use migasfree_play_records::Settings;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The file, read once and written on every change.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    now: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads the file; a missing or damaged one means the defaults.
    pub fn new(path: PathBuf) -> Self {
        let now = std::fs::read(&path)
            .ok()
            .and_then(|text| serde_json::from_slice::<Settings>(&text).ok())
            .unwrap_or_default()
            .sane();
        Self {
            path,
            now: Mutex::new(now),
        }
    }

    /// The settings in force.
    pub fn get(&self) -> Settings {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts settings in force and writes them.
    ///
    /// # Errors
    /// When the folder or the file cannot be written; the settings are in force all the same.
    pub fn set(&self, settings: Settings) -> io::Result<()> {
        let settings = settings.sane();
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = settings;
        write_whole(&self.path, &serde_json::to_vec_pretty(&settings)?)
    }
}

/// Writes a file so that it is either the old one or the whole new one.
///
/// # Errors
/// When the folder cannot be made or the file not be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::other("a file needs a folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use migasfree_play_records::{Language, Theme};

    #[test]
    fn settings_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/settings.json");
        let chosen = Settings {
            language: Language::from("es".to_owned()),
            theme: Theme::Dark,
            text_size: 150,
            told_about_closing: true,
            notices: false,
        };
        SettingsFile::new(path.clone()).set(chosen).unwrap();
        assert_eq!(SettingsFile::new(path).get(), chosen);
    }

    #[test]
    fn a_damaged_file_means_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        std::fs::write(&path, "{").unwrap();
        assert_eq!(SettingsFile::new(path.clone()).get(), Settings::default());
        std::fs::write(&path, r#"{"text_size": 9000, "new": 1}"#).unwrap();
        assert_eq!(SettingsFile::new(path).get().text_size, 200);
    }
}

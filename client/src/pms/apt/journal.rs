//! dpkg's journal, and what it is told to want.
//!
//! dpkg writes down single changes in files of their own and takes them into its list when it is done. After a power
//! cut the list alone is old: who names a package by it is told that it "is already installed and configured".

use std::path::{Path, PathBuf};

use super::Apt;
use super::commands;
use super::database::Entry;
use crate::job::Job;
use crate::observer::OutputStream;
use crate::pms::PmsError;

/// The files of the journal in a folder of dpkg, oldest first.
pub(super) fn files(dpkg: &Path) -> Vec<PathBuf> {
    let numbered = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
    };
    let folder = std::fs::read_dir(dpkg.join("updates"));
    let mut files: Vec<PathBuf> = folder
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .filter(numbered)
        .collect();
    files.sort();
    files
}

impl Apt {
    /// Has dpkg take its journal into its list, which no package's script has a part in. `true` when there was something.
    pub(super) async fn merge_journal(&self, job: &Job<'_>) -> Result<bool, PmsError> {
        if files(&self.inside("var/lib/dpkg")).is_empty() {
            return Ok(false);
        }
        // dpkg does so before anything it may write; being told to want nothing new is the least of that.
        let finished = self.query(commands::set_selections(&[])).await?;
        if !finished.success() {
            let words = finished.stderr_text();
            job.observer.output(OutputStream::Err, words.trim());
        }
        Ok(true)
    }

    /// Tells dpkg what is wanted of these packages; changes nothing else.
    pub(super) async fn set_selections<'a>(
        &self,
        packages: impl IntoIterator<Item = (&'a Entry, &'a str)>,
    ) -> Result<(), PmsError> {
        let lines: Vec<String> = packages
            .into_iter()
            .map(|(entry, wanted)| format!("{} {wanted}", entry.full_name()))
            .collect();
        if !lines.is_empty() {
            self.successful_query(commands::set_selections(&lines))
                .await?;
        }
        Ok(())
    }
}

//! dpkg's list of packages together with its journal.
//!
//! dpkg writes down single changes in files of their own and takes them into its list when it is done. After a power
//! cut the list alone is old: who names a package by it is told that it "is already installed and configured".

use std::path::{Path, PathBuf};

use super::database::{self, Record};
use crate::files::read_optional;

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

/// dpkg's list of packages in its folder, with what is only in its journal.
pub(super) fn records(dpkg: &Path) -> std::io::Result<Vec<Record>> {
    let text = read_optional(&dpkg.join("status"))?;
    let mut records = database::parse(&text.unwrap_or_default());
    for file in files(dpkg) {
        let text = read_optional(&file)?.unwrap_or_default();
        database::merge(&mut records, &text);
    }
    Ok(records)
}

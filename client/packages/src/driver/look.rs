//! What there is: installed packages, and those that a search finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Driver, rank};
use crate::entry::Entry;
use crate::{FoundPackage, InstalledPackage, PmsError};

impl Driver {
    pub(super) async fn look_at_installed(&self) -> Result<Vec<InstalledPackage>, PmsError> {
        let entries = self.entries().await?;
        let ours = self.ask(self.back_end.ours()).await?;
        let package = |entry: Entry| {
            let name = entry.display_name();
            let is_ours = ours.contains(&(entry.name, entry.version.clone()));
            InstalledPackage {
                name,
                version: entry.version,
                architecture: entry.architecture,
                origin: if is_ours { "migasfree" } else { "" }.to_owned(),
            }
        };
        let installed = entries.into_iter().filter(|entry| entry.installed);
        let mut packages: Vec<_> = installed.map(package).collect();
        packages.sort();
        Ok(packages)
    }

    /// Packages with all of these words, the nearest first; at most `limit` (0: all).
    pub(super) async fn find(
        &self,
        words: &[&str],
        limit: usize,
    ) -> Result<Vec<FoundPackage>, PmsError> {
        let mut found = self.ask(self.back_end.search(words)).await?;
        found.sort_unstable();
        found.dedup();
        found.sort_by_cached_key(|(name, summary)| rank::rank(name, summary, words));
        if limit > 0 {
            found.truncate(limit);
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let versions = self.ask(self.back_end.versions(&names)).await?;
        let versions: BTreeMap<String, String> = versions.into_iter().collect();
        let entries = self.entries().await?;
        let installed: BTreeSet<&str> = entries
            .iter()
            .filter(|entry| entry.installed)
            .map(|entry| entry.name.as_str())
            .collect();
        let package = |(name, summary): (String, String)| FoundPackage {
            version: versions.get(&name).cloned().unwrap_or_default(),
            installed: installed.contains(name.as_str()),
            name,
            summary,
        };
        Ok(found.into_iter().map(package).collect())
    }
}

/// When a file changed last, in nanoseconds, for comparing only.
pub(super) fn modified(path: &Path) -> u64 {
    let time = std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok();
    let since = time.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        since.as_secs().wrapping_mul(1_000_000_000) + u64::from(since.subsec_nanos())
    })
}

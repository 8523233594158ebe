//! Packages that are held for the length of one step only.
//!
//! What they are wanted for otherwise is on disk before the package manager hears of the hold: whoever works next after a power cut
//! gives it back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Driver;
use crate::PmsError;
use crate::entry::{Entry, Wanted};
use crate::files;

/// What is wanted of each package once it is held no more, by full name.
type Holds = BTreeMap<String, Wanted>;

impl Driver {
    /// Holds these packages until [`Self::release_holds`].
    pub(super) async fn hold_for_now(&self, packages: &[Entry]) -> Result<(), PmsError> {
        if packages.is_empty() {
            return Ok(());
        }
        let mut holds = self.holds()?;
        for entry in packages {
            // Who held it before us wants what was kept then.
            holds.entry(entry.full_name()).or_insert(entry.way_out);
        }
        files::private_folder(&self.jobs)?;
        let text = serde_json::to_vec(&holds).map_err(std::io::Error::other)?;
        files::write(&self.file_of_holds(), &text, 0o600)?;
        self.want(packages.iter().map(|entry| (entry, Wanted::Hold)))
            .await
    }

    /// Gives back what was held for the length of a step, also of one that a power cut ended.
    pub(super) async fn release_holds(&self) -> Result<(), PmsError> {
        let holds = self.holds()?;
        if !holds.is_empty() {
            let entries = self.entries().await?;
            // What somebody decided about a package meanwhile stays.
            let back = entries
                .iter()
                .filter(|entry| entry.held)
                .filter_map(|entry| {
                    let wanted = holds.get(&entry.full_name())?;
                    Some((entry, *wanted))
                });
            self.want(back).await?;
        }
        files::remove_optional(&self.file_of_holds())?;
        Ok(())
    }

    /// Tells the package manager what is wanted of these packages; changes nothing else.
    pub(super) async fn want<'a>(
        &self,
        packages: impl IntoIterator<Item = (&'a Entry, Wanted)>,
    ) -> Result<(), PmsError> {
        let packages: Vec<(String, Wanted)> = packages
            .into_iter()
            .map(|(entry, wanted)| (entry.full_name(), wanted))
            .collect();
        if packages.is_empty() {
            return Ok(());
        }
        let Some(line) = self.back_end.want(&packages) else {
            return Ok(());
        };
        let finished = self.output(line).await?;
        if finished.success() {
            return Ok(());
        }
        Err(self.explain(&finished))
    }

    /// Whether packages are held that nobody but us wants held.
    pub(super) fn has_holds(&self) -> bool {
        self.file_of_holds().exists()
    }

    fn holds(&self) -> Result<Holds, PmsError> {
        let text = files::read_optional(&self.file_of_holds())?;
        Ok(serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default())
    }

    fn file_of_holds(&self) -> PathBuf {
        self.jobs.with_file_name("temporary-holds.json")
    }
}

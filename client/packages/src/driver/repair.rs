//! Putting right what an earlier run was interrupted at.
//!
//! Configuring finishes what is unpacked whole. What is unpacked in part is unpacked again, or taken away where it can
//! be had nowhere any more: some package managers refuse all work while there is such a package.

use std::collections::BTreeSet;

use super::Driver;
use super::step::Step;
use crate::PmsError;
use crate::change::{Action, PackageName, Plan, bare};
use crate::entry::{Entry, Wanted};
use crate::job::{Job, ResultCode};
use crate::observer::OutputStream;
use crate::work::Work;

/// What became of the things an earlier run left half-done.
pub(super) struct Repaired {
    /// There were some.
    pub begun: bool,
    /// What stands in the way of finishing them.
    pub trouble: Option<String>,
}

impl Driver {
    /// Finishes what an earlier run left half-done, as far as that goes. Steps over packages whose scripts had to be stopped.
    /// Those that the action names are tried again in earnest.
    pub(super) async fn finish_interrupted(
        &self,
        job: &Job<'_>,
        action: &Action,
    ) -> Result<Repaired, PmsError> {
        let journal = self.take_in_journal(job).await?;
        let asked = wanted_by(action);
        self.forget_stuck(&asked);
        self.select_again(&asked).await?;
        let stuck = self.stuck().await?;
        let mut repaired = Repaired {
            begun: journal || !self.half_done_besides(&stuck).await?.is_empty(),
            trouble: None,
        };
        if !repaired.begun {
            return Ok(repaired);
        }
        job.observer.output(
            OutputStream::Info,
            "finishing what an earlier run left half-done",
        );
        let nothing = Plan::default();
        let others = self.to_configure(&stuck).await?;
        if !others.is_empty() {
            let some = (!stuck.is_empty()).then_some(others.as_slice());
            match self.step(job, Work::Configure(some), &nothing).await {
                Err(error) if error.code() == ResultCode::ByUser => return Err(error),
                Err(PmsError::Stopped { stop, detail })
                    if asked.contains(stop.package.as_str()) =>
                {
                    return Err(PmsError::Stopped { stop, detail });
                }
                Err(error) => {
                    job.observer.output(OutputStream::Err, &error.to_string());
                    repaired.trouble = Some(error.detail());
                }
                Ok(()) => {}
            }
        }
        let trouble = self.unpack_again(job, action).await?;
        repaired.trouble = trouble.or(repaired.trouble);
        if !self.needs_more(action).await? {
            return Ok(repaired);
        }
        // What a package itself gets wrong must not stop work on others, or its own removal.
        match self.step(job, Work::Complete, &nothing).await {
            Err(error) if error.code() == ResultCode::ByUser => return Err(error),
            Err(error) => {
                job.observer.output(OutputStream::Err, &error.to_string());
                repaired.trouble.get_or_insert(error.detail());
            }
            Ok(()) => {}
        }
        Ok(repaired)
    }

    /// Has the package manager take in what it wrote down last, which no package's script has a part in. `true` when there
    /// was something.
    async fn take_in_journal(&self, job: &Job<'_>) -> Result<bool, PmsError> {
        let Some(line) = self.back_end.take_in(self.root.folder()) else {
            return Ok(false);
        };
        let finished = self.output(line).await?;
        if !finished.success() {
            let words = finished.stderr_text();
            job.observer.output(OutputStream::Err, words.trim());
        }
        Ok(true)
    }

    /// What was going away and is asked for again only has to be configured while it has all its files.
    async fn select_again(&self, asked: &BTreeSet<&str>) -> Result<(), PmsError> {
        let entries = self.entries().await?;
        let back = entries.iter().filter(|entry| {
            asked.contains(entry.name.as_str()) && entry.is_half_removed() && !entry.is_in_part()
        });
        self.want(back.map(|entry| (entry, Wanted::Install))).await
    }

    /// Whether nothing is left half-done.
    pub(super) async fn check_repaired(&self, trouble: Option<String>) -> Result<(), PmsError> {
        let entries = self.entries().await?;
        let (leaving, left): (Vec<&Entry>, Vec<&Entry>) = entries
            .iter()
            .filter(|entry| entry.is_unfinished())
            .partition(|entry| entry.is_half_removed());
        let names = |entries: &[&Entry]| {
            let names: Vec<String> = entries.iter().map(|entry| entry.display_name()).collect();
            names.join(" ")
        };
        let reason = trouble.unwrap_or_else(|| "its scripts fail or do not end".to_owned());
        match (left.is_empty(), leaving.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(PmsError::NotRemoved {
                packages: names(&leaving),
                reason,
            }),
            (false, _) => Err(PmsError::Unrepaired {
                packages: names(&left),
                reason,
            }),
        }
    }

    /// Whom somebody wants removed and who cannot be unpacked again goes by itself: nothing else would be done for them.
    /// `true` when there was such a package and it is gone.
    pub(super) async fn discard_named(
        &self,
        action: &Action,
        names: &[String],
        job: &Job<'_>,
    ) -> Result<bool, PmsError> {
        if !matches!(action, Action::Remove(_)) {
            return Ok(false);
        }
        let before = self.in_part_among(names).await?;
        if before == 0 {
            return Ok(false);
        }
        let work = Work::Discard { names, purge: true };
        match self.step(job, work, &Plan::default()).await {
            Err(error) if error.code() == ResultCode::ByUser => return Err(error),
            Err(error) => job.observer.output(OutputStream::Err, &error.to_string()),
            Ok(()) => {}
        }
        Ok(self.in_part_among(names).await? < before)
    }

    async fn in_part_among(&self, names: &[String]) -> Result<usize, PmsError> {
        let entries = self.entries().await?;
        let named = entries.iter().filter(|entry| entry.is_among(names));
        Ok(named.filter(|entry| entry.is_in_part()).count())
    }

    /// A step whose failure is told and does not end the job; only somebody who stops it does.
    pub(super) async fn try_step(
        &self,
        job: &Job<'_>,
        work: Work<'_>,
    ) -> Result<Result<(), String>, PmsError> {
        let step = Step {
            work,
            plan: &Plan::default(),
            impatient_with: self.stuck().await?,
        };
        match self.step_round(job, step).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if error.code() == ResultCode::ByUser => Err(error),
            Err(error) => {
                job.observer.output(OutputStream::Err, &error.to_string());
                Ok(Err(error.detail()))
            }
        }
    }

    /// Whether something has to be brought in. What the action takes away by itself needs nothing.
    async fn needs_more(&self, action: &Action) -> Result<bool, PmsError> {
        let left = self.half_done_besides(&self.stuck().await?).await?;
        let removed = removed_by(action);
        let goes = |entry: &Entry| {
            entry.is_half_removed() || (entry.is_in_part() && removed.contains(entry.name.as_str()))
        };
        Ok(left.iter().any(|entry| !goes(entry)))
    }

    /// The packages that are left in the middle, but for these.
    async fn half_done_besides(&self, stuck: &BTreeSet<String>) -> Result<Vec<Entry>, PmsError> {
        let entries = self.entries().await?.into_iter();
        let half_done =
            entries.filter(|entry| entry.is_unfinished() && !stuck.contains(&entry.name));
        Ok(half_done.collect())
    }

    /// Those of them that only have to be configured.
    pub(super) async fn to_configure(
        &self,
        stuck: &BTreeSet<String>,
    ) -> Result<Vec<String>, PmsError> {
        let half_done = self.half_done_besides(stuck).await?;
        let unpacked = half_done
            .iter()
            .filter(|entry| !entry.is_in_part() && !entry.is_half_removed());
        Ok(unpacked.map(Entry::full_name).collect())
    }
}

/// What an action brings, by name.
pub(super) fn wanted_by(action: &Action) -> BTreeSet<&str> {
    match action {
        Action::Install(names) | Action::UpgradePackages(names) => bare_names(names),
        _ => BTreeSet::new(),
    }
}

/// What an action takes away, by name.
pub(super) fn removed_by(action: &Action) -> BTreeSet<&str> {
    match action {
        Action::Remove(names) => bare_names(names),
        _ => BTreeSet::new(),
    }
}

fn bare_names(names: &[PackageName]) -> BTreeSet<&str> {
    names.iter().map(|name| bare(name.as_str())).collect()
}

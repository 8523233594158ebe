//! What is unpacked in part, and what is removed by half: the one is unpacked again, the other goes, and so does what
//! nothing brings back.

use super::Driver;
use super::plan::removal;
use super::repair::{removed_by, wanted_by};
use crate::PmsError;
use crate::change::{Action, PackageName, Plan};
use crate::entry::{Entry, Wanted};
use crate::job::Job;
use crate::observer::OutputStream;
use crate::policy::{Asker, Mandate, Verdict, judge};
use crate::work::Work;

impl Driver {
    /// Unpacks again what is unpacked in part, or takes it away. What the action removes is left to it. Answers what
    /// stands in the way.
    pub(super) async fn unpack_again(
        &self,
        job: &Job<'_>,
        action: &Action,
    ) -> Result<Option<String>, PmsError> {
        let mut trouble = self.finish_removals(job, action).await?;
        let mut lists_are_new = false;
        loop {
            let (offered, lost) = self.unpacked_in_part(action).await?;
            if offered.is_empty() && lost.is_empty() {
                return Ok(trouble);
            }
            if lists_are_new && !lost.is_empty() {
                trouble = self.drop_lost(job, &lost).await?;
            }
            if !offered.is_empty() && (lost.is_empty() || lists_are_new) {
                let failed = self.reinstall(job, &offered).await?;
                trouble = trouble.or(failed);
            }
            let (offered, lost) = self.unpacked_in_part(action).await?;
            if offered.is_empty() && lost.is_empty() {
                return Ok(trouble);
            }
            if std::mem::replace(&mut lists_are_new, true) {
                return Ok(trouble);
            }
            // Before something is given up for lost, the sources are asked.
            if let Err(error) = self.try_step(job, Work::Refresh).await? {
                let lost: Vec<String> = lost.iter().map(Entry::full_name).collect();
                return Ok(Some(match lost.as_slice() {
                    [] => trouble.unwrap_or(error),
                    lost => format!("{} cannot be looked for: {error}", lost.join(" ")),
                }));
            }
            trouble = None;
        }
    }

    /// What is unpacked in part and shall stay: what some source offers, and what none does.
    async fn unpacked_in_part(
        &self,
        action: &Action,
    ) -> Result<(Vec<Entry>, Vec<Entry>), PmsError> {
        let removed = removed_by(action);
        let wanted = wanted_by(action);
        let mut entries = Vec::new();
        for entry in self.entries().await? {
            let name = entry.name.as_str();
            if entry.is_in_part()
                && !removed.contains(name)
                && (wanted.contains(name)
                    || !entry.is_half_removed()
                    || self.must_stay(&entry).await?)
            {
                entries.push(entry);
            }
        }
        if entries.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let offered = self.ask(self.back_end.offered(&entries)).await?;
        let is_offered = |entry: &Entry| offered.contains(&entry.full_name());
        Ok(entries.into_iter().partition(is_offered))
    }

    /// All at once, or each by itself where that does not go.
    async fn reinstall(
        &self,
        job: &Job<'_>,
        packages: &[Entry],
    ) -> Result<Option<String>, PmsError> {
        let names: Vec<String> = packages.iter().map(Entry::full_name).collect();
        let Err(mut trouble) = self.try_step(job, Work::Reinstall(&names)).await? else {
            return Ok(None);
        };
        if names.len() > 1 {
            for name in names {
                if let Err(error) = self.try_step(job, Work::Reinstall(&[name])).await? {
                    trouble = error;
                }
            }
        }
        Ok(Some(trouble))
    }

    /// Finishes removals that were interrupted or failed. What the action itself removes or brings is left to it, and
    /// what this computer cannot do without is not helped out.
    async fn finish_removals(
        &self,
        job: &Job<'_>,
        action: &Action,
    ) -> Result<Option<String>, PmsError> {
        let stuck = self.stuck().await?;
        let (removed, wanted) = (removed_by(action), wanted_by(action));
        let mut trouble = None;
        for entry in self.entries().await? {
            let name = entry.name.as_str();
            if !entry.is_half_removed()
                || stuck.contains(name)
                || removed.contains(name)
                || wanted.contains(name)
                || self.must_stay(&entry).await?
            {
                continue;
            }
            let name = entry.full_name();
            job.observer.output(
                OutputStream::Info,
                &format!("the removal of {name} is tried again"),
            );
            let work = Work::Discard {
                names: &[name],
                purge: entry.way_out == Wanted::Purge,
            };
            if let Err(error) = self.try_step(job, work).await? {
                trouble = Some(error);
            }
        }
        Ok(trouble)
    }

    /// Takes away what nothing brings back, unless this computer cannot do without it.
    async fn drop_lost(&self, job: &Job<'_>, lost: &[Entry]) -> Result<Option<String>, PmsError> {
        let mut trouble = None;
        for entry in lost {
            let name = entry.full_name();
            if self.must_stay(entry).await? {
                trouble = Some(format!(
                    "this computer cannot do without {name}, and no source of packages offers it; bring back a source \
                     that does, or install its package by hand with `{}`",
                    self.back_end.by_hand()
                ));
                continue;
            }
            job.observer.output(
                OutputStream::Info,
                &format!("{name} is incomplete: what is left of it is removed"),
            );
            let work = Work::Discard {
                names: &[name],
                purge: false,
            };
            if let Err(error) = self.try_step(job, work).await? {
                trouble = Some(error);
            }
        }
        Ok(trouble)
    }

    async fn must_stay(&self, entry: &Entry) -> Result<bool, PmsError> {
        let plan = Plan {
            remove: vec![removal(entry)],
            ..Plan::default()
        };
        let action = Action::Remove(vec![PackageName::checked(entry.full_name())]);
        let facts = self.facts_for(&plan).await?;
        let verdict = judge(&action, &plan, &facts, &Mandate::of(Asker::ROOT));
        Ok(matches!(verdict, Verdict::Refuse(_)))
    }
}

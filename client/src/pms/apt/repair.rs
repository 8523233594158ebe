//! Putting right what an earlier run was interrupted at.
//!
//! Configuring finishes what is unpacked whole. What is unpacked in part is unpacked again, or taken away where it can
//! be had nowhere any more: apt refuses all work while there is such a package.

use std::collections::BTreeSet;

use super::database::{self, Entry};
use super::step::{Step, bare};
use super::{Apt, commands};
use crate::job::{Job, ResultCode};
use crate::observer::{OutputStream, Stage};
use crate::pms::{Action, PackageName, Plan, PlannedPackage, PmsError};
use crate::policy::{Asker, Mandate, Verdict, judge};

/// What became of the things an earlier run left half-done.
pub(super) struct Repaired {
    /// There were some.
    pub begun: bool,
    /// What stands in the way of finishing them.
    pub trouble: Option<String>,
}

impl Apt {
    /// Finishes what an earlier run left half-done, as far as that goes. Steps over packages whose scripts had to be stopped.
    /// Those that the action names are tried again in earnest.
    pub(super) async fn finish_interrupted(
        &self,
        job: &Job<'_>,
        action: &Action,
    ) -> Result<Repaired, PmsError> {
        let journal = self.merge_journal(job).await?;
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
            let line = match stuck.is_empty() {
                true => commands::configure_pending(),
                false => commands::configure(others),
            };
            match self.step(job, Stage::Install, line, &nothing).await {
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
        let line = commands::fix_broken(self.root.is_single_user());
        // What a package itself gets wrong must not stop work on others, or its own removal.
        match self.step(job, Stage::Install, line, &nothing).await {
            Err(error) if error.code() == ResultCode::ByUser => return Err(error),
            Err(error) => {
                job.observer.output(OutputStream::Err, &error.to_string());
                repaired.trouble.get_or_insert(error.detail());
            }
            Ok(()) => {}
        }
        Ok(repaired)
    }

    /// What was going away and is asked for again only has to be configured while it has all its files.
    async fn select_again(&self, asked: &BTreeSet<&str>) -> Result<(), PmsError> {
        let entries = self.entries().await?;
        let back = entries.iter().filter(|entry| {
            asked.contains(entry.name.as_str())
                && entry.is_half_removed()
                && !entry.is_unpacked_in_part()
        });
        self.set_selections(back.map(|entry| (entry, "install")))
            .await
    }

    /// Whether nothing is left half-done.
    pub(super) async fn check_repaired(&self, trouble: Option<String>) -> Result<(), PmsError> {
        let native = self.native().await?;
        let entries = self.entries().await?;
        let (leaving, left): (Vec<&Entry>, Vec<&Entry>) = entries
            .iter()
            .filter(|entry| entry.is_half_done())
            .partition(|entry| entry.is_leaving());
        let names = |entries: &[&Entry]| {
            let names: Vec<String> = entries
                .iter()
                .map(|entry| entry.display_name(native))
                .collect();
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

    /// Whom somebody wants removed and who cannot be unpacked again goes without apt, which would do nothing at all for
    /// them. `true` when there was such a package and it is gone.
    pub(super) async fn drop_unpacked_in_part(
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
        let line = commands::drop_unpacked_in_part(names, true);
        match self.step(job, Stage::Remove, line, &Plan::default()).await {
            Err(error) if error.code() == ResultCode::ByUser => return Err(error),
            Err(error) => job.observer.output(OutputStream::Err, &error.to_string()),
            Ok(()) => {}
        }
        Ok(self.in_part_among(names).await? < before)
    }

    async fn in_part_among(&self, names: &[String]) -> Result<usize, PmsError> {
        let native = self.native().await?;
        let entries = self.entries().await?;
        let named = entries.iter().filter(|entry| {
            names.contains(&entry.id(native)) || names.contains(&entry.full_name())
        });
        Ok(named.filter(|entry| entry.is_unpacked_in_part()).count())
    }

    /// Unpacks again what is unpacked in part, or takes it away. What the action removes is left to it. Answers what
    /// stands in the way.
    async fn unpack_again(
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
            let line = commands::refresh(self.root.is_single_user());
            if let Err(error) = self.try_step(job, Stage::Metadata, line).await? {
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
            if entry.is_unpacked_in_part()
                && !removed.contains(name)
                && (wanted.contains(name) || !entry.is_leaving() || self.must_stay(&entry).await?)
            {
                entries.push(entry);
            }
        }
        if entries.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let line = commands::show_all(entries.iter().map(Entry::full_name));
        let text = self.query(line).await?.stdout_text();
        let offers: BTreeSet<(&str, &str)> = database::stanzas(&text)
            .filter(|stanza| stanza.contains_key("filename"))
            .filter_map(|stanza| Some((*stanza.get("package")?, *stanza.get("architecture")?)))
            .collect();
        let is_offered = |entry: &Entry| {
            let architectures = [entry.architecture.as_str(), "all"];
            architectures
                .iter()
                .any(|architecture| offers.contains(&(entry.name.as_str(), *architecture)))
        };
        Ok(entries.into_iter().partition(is_offered))
    }

    /// All at once, or each by itself where that does not go.
    async fn reinstall(
        &self,
        job: &Job<'_>,
        packages: &[Entry],
    ) -> Result<Option<String>, PmsError> {
        let single_user = self.root.is_single_user();
        let names: Vec<String> = packages.iter().map(Entry::full_name).collect();
        let line = commands::reinstall(&names, single_user);
        let Err(mut trouble) = self.try_step(job, Stage::Install, line).await? else {
            return Ok(None);
        };
        if names.len() > 1 {
            for name in names {
                let line = commands::reinstall(&[name], single_user);
                if let Err(error) = self.try_step(job, Stage::Install, line).await? {
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
            let line = commands::drop_unpacked_in_part(&[name], entry.way_out() == "purge");
            if let Err(error) = self.try_step(job, Stage::Remove, line).await? {
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
                     that does, or install its package by hand with `dpkg --install FILE`"
                ));
                continue;
            }
            job.observer.output(
                OutputStream::Info,
                &format!("{name} is incomplete: what is left of it is removed"),
            );
            let line = commands::drop_unpacked_in_part(&[name], false);
            if let Err(error) = self.try_step(job, Stage::Remove, line).await? {
                trouble = Some(error);
            }
        }
        Ok(trouble)
    }

    async fn must_stay(&self, entry: &Entry) -> Result<bool, PmsError> {
        let plan = Plan {
            remove: vec![PlannedPackage {
                name: entry.id(self.native().await?),
                version: entry.version.clone(),
                replaces: None,
                architecture: entry.architecture.clone(),
            }],
            ..Plan::default()
        };
        let action = Action::Remove(vec![PackageName::checked(entry.full_name())]);
        let facts = self.facts_for(&plan).await?;
        let verdict = judge(&action, &plan, &facts, &Mandate::of(Asker::ROOT));
        Ok(matches!(verdict, Verdict::Refuse(_)))
    }

    /// A step whose failure is told and does not end the job; only somebody who stops it does.
    async fn try_step(
        &self,
        job: &Job<'_>,
        stage: Stage,
        line: Vec<String>,
    ) -> Result<Result<(), String>, PmsError> {
        let step = Step {
            stage,
            line,
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

    /// Whether apt has something to bring in. What the action takes away by itself needs nothing.
    async fn needs_more(&self, action: &Action) -> Result<bool, PmsError> {
        let left = self.half_done_besides(&self.stuck().await?).await?;
        let removed = removed_by(action);
        let goes = |entry: &Entry| {
            entry.is_leaving()
                || (entry.is_unpacked_in_part() && removed.contains(entry.name.as_str()))
        };
        Ok(left.iter().any(|entry| !goes(entry)))
    }

    /// The packages that are left in the middle, but for these.
    async fn half_done_besides(&self, stuck: &BTreeSet<String>) -> Result<Vec<Entry>, PmsError> {
        let entries = self.entries().await?.into_iter();
        let half_done =
            entries.filter(|entry| entry.is_half_done() && !stuck.contains(&entry.name));
        Ok(half_done.collect())
    }

    /// Those of them that dpkg would configure.
    pub(super) async fn to_configure(
        &self,
        stuck: &BTreeSet<String>,
    ) -> Result<Vec<String>, PmsError> {
        let half_done = self.half_done_besides(stuck).await?;
        let unpacked = half_done
            .iter()
            .filter(|entry| !entry.is_unpacked_in_part() && !entry.is_leaving());
        Ok(unpacked.map(Entry::full_name).collect())
    }
}

/// What an action brings, by name.
fn wanted_by(action: &Action) -> BTreeSet<&str> {
    match action {
        Action::Install(names) | Action::UpgradePackages(names) => bare_names(names),
        _ => BTreeSet::new(),
    }
}

/// What an action takes away, by name.
fn removed_by(action: &Action) -> BTreeSet<&str> {
    match action {
        Action::Remove(names) => bare_names(names),
        _ => BTreeSet::new(),
    }
}

fn bare_names(names: &[PackageName]) -> BTreeSet<&str> {
    names.iter().map(|name| bare(name.as_str())).collect()
}

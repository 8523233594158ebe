//! Doing package work: wait for the lock, repair, look ahead, have it judged, download, act.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::database::Entry;
use super::{Apt, commands, locks, plan};
use crate::job::{Job, ResultCode};
use crate::observer::{OutputStream, Stage};
use crate::pms::consent::Consent;
use crate::pms::{Action, PackageName, Plan, PlannedPackage, PmsError};
use crate::policy::Mandate;

/// How often a plan may become another one before that is told as a failure.
const TRIES: usize = 3;

impl Apt {
    pub(super) async fn perform(
        &self,
        action: &Action,
        mandate: &Mandate,
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        self.wait_for_lock(job).await?;
        self.release_holds().await?;
        let single_user = self.root.is_single_user();
        if *action == Action::Refresh {
            let line = commands::refresh(single_user);
            return self
                .step(job, Stage::Metadata, line, &Plan::default())
                .await;
        }
        let mut repaired = self.finish_interrupted(job, action).await?;
        let mut consent = Consent::default();
        for _ in 0..TRIES {
            let names = self.effective(action).await?;
            // What must stay apt does not even plan to remove.
            let alone = self.alone(action, &names).await?;
            let facts = self.facts_for(&alone).await?;
            consent.settle(action, &alone, &facts, mandate, job).await?;
            if self.drop_unpacked_in_part(action, &names, job).await? {
                repaired.trouble = None;
                continue;
            }
            let plan = self.simulate(action, &names).await?;
            if plan.is_empty() {
                return self.check_result(action, &plan, repaired.trouble).await;
            }
            let facts = self.facts_for(&plan).await?;
            consent.settle(action, &plan, &facts, mandate, job).await?;
            self.check_room_to_download(&plan).await?;
            if plan.download_bytes > 0 {
                let line = commands::download(action, &names, single_user);
                self.step(job, Stage::Download, line, &plan).await?;
            }
            if job.cancel.is_cancelled() {
                return Err(PmsError::Cancelled);
            }
            self.check_room_to_unpack(&plan).await?;
            self.wait_for_lock(job).await?;
            // `purge` would be for all that goes, and configures what is left in the middle.
            let in_two_steps = matches!(action, Action::Remove(_))
                && (commands::takes_others(&names, &plan)
                    || !self.half_removed_besides(&names, &plan).await?.is_empty());
            let line = commands::perform(action, &names, &plan, in_two_steps, single_user);
            match self.step(job, stage_of(action), line, &plan).await {
                Ok(()) => {
                    if in_two_steps {
                        let line = commands::purge_rests(&names);
                        self.step(job, Stage::Remove, line, &plan).await?;
                    }
                    return self.check_result(action, &plan, None).await;
                }
                Err(PmsError::Unsteady) => {}
                // Some package is broken; the question is whether it is one of those asked for.
                Err(error @ (PmsError::Backend(_) | PmsError::Stopped { .. }))
                    if error.code() != ResultCode::ByUser =>
                {
                    let ended = self.check_result(action, &plan, Some(error.detail())).await;
                    if ended.is_ok() {
                        job.observer.output(OutputStream::Err, &error.to_string());
                    }
                    return match error {
                        PmsError::Stopped { .. } if ended.is_err() => Err(error),
                        _ => ended,
                    };
                }
                Err(error) => return Err(error),
            }
        }
        Err(PmsError::Unsteady)
    }

    /// The removal of what is named and nothing else; an empty plan for other actions.
    pub(super) async fn alone(&self, action: &Action, names: &[String]) -> Result<Plan, PmsError> {
        let mut plan = Plan::default();
        if matches!(action, Action::Remove(_)) {
            let native = self.native().await?;
            let entries = self.entries().await?;
            let called = |entry: &&Entry| {
                let qualified = format!("{}:{}", entry.name, entry.architecture);
                names.contains(&entry.id(native)) || names.contains(&qualified)
            };
            plan.remove = entries
                .iter()
                .filter(called)
                .map(|entry| PlannedPackage {
                    name: entry.id(native),
                    version: entry.version.clone(),
                    replaces: None,
                    architecture: entry.architecture.clone(),
                })
                .collect();
        }
        Ok(plan)
    }

    /// Whether what was asked for is so now. What else is broken is another matter.
    async fn check_result(
        &self,
        action: &Action,
        plan: &Plan,
        trouble: Option<String>,
    ) -> Result<(), PmsError> {
        let entries = self.entries().await?;
        let native = self.native().await?;
        let is_called = |entry: &Entry, name: &str| {
            entry.id(native) == name || format!("{}:{}", entry.name, entry.architecture) == name
        };
        let find = |name: &str| entries.iter().find(|entry| is_called(entry, name));
        let whole = |name: &str| find(name).is_some_and(Entry::is_installed);
        let half = |name: &str| find(name).is_some_and(Entry::is_half_done);
        let planned = plan.install.iter().chain(&plan.update);
        let failed: BTreeSet<String> = planned
            .map(|package| package.name.clone())
            .filter(|name| !whole(name))
            .collect();
        let unmet: BTreeSet<String> = match action {
            // A name that several packages may stand for is as good as what comes for it.
            Action::Install(names) if texts(names).any(|name| find(&name).is_none()) => failed,
            Action::Install(names) | Action::UpgradePackages(names) => texts(names)
                .filter(|name| half(name) || failed.contains(name))
                .collect(),
            Action::Remove(names) => texts(names)
                .filter(|name| whole(name) || half(name))
                .collect(),
            Action::Upgrade | Action::UpgradeKeeping => failed,
            Action::Refresh => BTreeSet::new(),
        };
        if unmet.is_empty() {
            return Ok(());
        }
        let reason = trouble.unwrap_or_else(|| "the package manager gives no reason".to_owned());
        if matches!(action, Action::Remove(_)) {
            let left = |entry: &&Entry| {
                entry.is_half_done() && unmet.iter().any(|name| is_called(entry, name))
            };
            // Who asks for a removal wants it all gone; apt does not keep that in mind.
            let left = entries.iter().filter(left);
            self.set_selections(left.map(|entry| (entry, "purge")))
                .await?;
            return Err(PmsError::NotRemoved {
                packages: joined(&unmet, " "),
                reason,
            });
        }
        Err(PmsError::Broken {
            packages: joined(&unmet, ", "),
            reason,
        })
    }

    /// The names of an action that are not yet as wanted.
    pub(super) async fn effective(&self, action: &Action) -> Result<Vec<String>, PmsError> {
        let (Action::Install(names) | Action::Remove(names) | Action::UpgradePackages(names)) =
            action
        else {
            return Ok(Vec::new());
        };
        let native = self.native().await?;
        let entries = self.entries().await?;
        let wanted = |installed: bool| match action {
            Action::Install(_) => !installed,
            _ => installed,
        };
        let keys =
            |name: &str, architecture: &str| [name.to_owned(), format!("{name}:{architecture}")];
        let mut there = BTreeSet::new();
        for entry in &entries {
            let counts = match action {
                Action::Install(_) => entry.is_installed(),
                // What is half there can be removed, too.
                _ => entry.is_installed() || entry.is_half_done(),
            };
            let own = entry.architecture == native || entry.architecture == "all";
            let [bare, qualified] = keys(&entry.name, &entry.architecture);
            if counts {
                there.insert(qualified);
                if own {
                    there.insert(bare);
                }
            }
        }
        let kept = names
            .iter()
            .map(PackageName::as_str)
            .filter(|name| wanted(there.contains(*name)));
        Ok(kept.map(str::to_owned).collect())
    }

    /// What would happen.
    pub(super) async fn simulate(
        &self,
        action: &Action,
        names: &[String],
    ) -> Result<Plan, PmsError> {
        let mut plan = Plan::default();
        if *action == Action::Refresh || (commands::takes_names(action) && names.is_empty()) {
            return Ok(plan);
        }
        if matches!(action, Action::Install(_)) {
            self.refuse_patterns(names).await?;
        }
        let simulation = self
            .successful_query(commands::simulate(action, names))
            .await?;
        plan::read_simulation(&simulation, &mut plan);
        if !plan.remove.is_empty() {
            let native = self.native().await?;
            let entries = self.entries().await?;
            // What is half removed stays so for now, unless it is named.
            plan.remove.retain(|package| {
                let entry = entries
                    .iter()
                    .find(|entry| entry.id(native) == package.name && entry.is_half_removed());
                entry.is_none_or(|entry| {
                    names.contains(&package.name) || names.contains(&entry.full_name())
                })
            });
            for package in &mut plan.remove {
                let entry = entries
                    .iter()
                    .find(|entry| entry.id(native) == package.name);
                package.architecture =
                    entry.map_or_else(String::new, |entry| entry.architecture.clone());
            }
        }
        let sizes = self
            .successful_query(commands::sizes(action, names))
            .await?;
        plan::read_sizes(&sizes, &mut plan);
        Ok(plan)
    }

    /// apt takes a name with a dot or plus that no package has for a pattern, and would install all that match.
    async fn refuse_patterns(&self, names: &[String]) -> Result<(), PmsError> {
        let patterns = names.iter().filter(|name| name.contains(['.', '+']));
        for name in patterns {
            if !self.query(commands::show([name.clone()])).await?.success() {
                return Err(PmsError::NotFound(name.clone()));
            }
        }
        Ok(())
    }

    pub(super) async fn wait_for_lock(&self, job: &Job<'_>) -> Result<(), PmsError> {
        let begun = Instant::now();
        let mut told = None;
        while let Some(holder) = locks::holder(self.root.folder()) {
            if told.as_ref() != Some(&holder) {
                job.observer.waiting_for_lock(Some(&holder));
                told = Some(holder.clone());
            }
            if begun.elapsed() >= self.lock_limit {
                return Err(PmsError::LockTimeout(holder));
            }
            tokio::select! {
                () = job.cancel.cancelled() => return Err(PmsError::Cancelled),
                () = tokio::time::sleep(Duration::from_millis(300)) => {}
            }
        }
        if told.is_some() {
            job.observer.waiting_for_lock(None);
        }
        Ok(())
    }
}

fn joined(names: &BTreeSet<String>, between: &str) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(between)
}

fn texts(names: &[PackageName]) -> impl Iterator<Item = String> + '_ {
    names.iter().map(ToString::to_string)
}

fn stage_of(action: &Action) -> Stage {
    match action {
        Action::Install(_) => Stage::Install,
        Action::Remove(_) => Stage::Remove,
        Action::Upgrade | Action::UpgradeKeeping | Action::UpgradePackages(_) => Stage::Upgrade,
        Action::Refresh => Stage::Metadata,
    }
}

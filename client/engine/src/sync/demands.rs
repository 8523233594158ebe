//! What policies demand and updates bring: each package by itself where not all go together.

use std::collections::BTreeSet;

use crate::job::{Job, ResultCode};
use crate::observer::{OutputStream, Stage};
use crate::pms::{Action, PackageManager, PackageName, PmsError};
use crate::policy::{self, Asker, Mandate};

use super::local::LocalEngine;
use super::tracker::Tracker;
use super::{EngineError, EngineText, told};

/// After so many downloads that failed one after the other, the way to the server is what fails.
const LOST_DOWNLOADS: usize = 3;

impl LocalEngine {
    /// What holds for a change that this one wants.
    pub(super) fn mandate(&self, asker: Asker) -> Mandate {
        let mandatory = self.known_mandatory();
        let names = |lines: Vec<String>| -> BTreeSet<String> {
            lines
                .iter()
                .flat_map(|line| line.split_whitespace())
                .map(str::to_owned)
                .collect()
        };
        Mandate {
            required: names(mandatory.install),
            forbidden: names(mandatory.remove),
            ceiling: self.settings.unattended_removals,
            ..Mandate::of(asker)
        }
    }

    /// Installs or removes a list of the server. What cannot be had, may not be, or fails, is reported and keeps no other
    /// away. `false` when something failed.
    pub(super) async fn change(
        &self,
        pms: &dyn PackageManager,
        stage: Stage,
        names: &[String],
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        let mut ok = true;
        let mut wanted: Vec<PackageName> = Vec::new();
        // Servers hand out what was typed: a line may name several packages.
        for name in names.iter().flat_map(|line| line.split_whitespace()) {
            match pms.name_of(name) {
                Ok(name) => wanted.push(name),
                Err(error) => {
                    ok = false;
                    self.record(stage, told::packages(&error), tracker);
                }
            }
        }
        while !wanted.is_empty() {
            tracker.begin(stage);
            match self.demand(pms, stage, &wanted, job).await {
                Ok(()) => {
                    tracker.ok(stage);
                    return Ok(ok);
                }
                Err(error) if error.code() == ResultCode::ByUser => {
                    return self.cancelled(stage, &error, tracker);
                }
                Err(PmsError::NotFound(missing))
                    if wanted.iter().any(|name| name.as_str() == missing) =>
                {
                    ok = false;
                    let unknown = PmsError::NotFound(missing.clone());
                    self.record(stage, told::packages(&unknown), tracker);
                    wanted.retain(|name| name.as_str() != missing);
                }
                Err(error) if wanted.len() == 1 || concerns_all(&error) => {
                    self.record(stage, told::packages(&error), tracker);
                    return Ok(false);
                }
                // Together they do not go; each by itself may.
                Err(_) => {
                    return Ok(self.one_by_one(pms, stage, &wanted, job, tracker).await? && ok);
                }
            }
        }
        Ok(ok)
    }

    async fn one_by_one(
        &self,
        pms: &dyn PackageManager,
        stage: Stage,
        wanted: &[PackageName],
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        let mut ok = true;
        let mut lost = 0;
        // What came with the others is not touched again.
        let there = match stage {
            Stage::Remove => BTreeSet::new(),
            _ => names_of(pms).await,
        };
        for name in wanted.iter().filter(|name| !there.contains(name.as_str())) {
            let error = match self
                .demand(pms, stage, std::slice::from_ref(name), job)
                .await
            {
                Ok(()) => {
                    lost = 0;
                    continue;
                }
                Err(error) if error.code() == ResultCode::ByUser => {
                    return self.cancelled(stage, &error, tracker);
                }
                Err(error) => error,
            };
            ok = false;
            let values = [name.as_str().into(), told::packages(&error).into()];
            self.record(stage, EngineText::OfPackage.with(values), tracker);
            lost = match &error {
                PmsError::Download(_) => lost + 1,
                _ => 0,
            };
            if concerns_all(&error) || lost >= LOST_DOWNLOADS {
                break;
            }
        }
        if ok {
            tracker.ok(stage);
        }
        Ok(ok)
    }

    async fn demand(
        &self,
        pms: &dyn PackageManager,
        stage: Stage,
        names: &[PackageName],
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        let action = match stage {
            Stage::Remove => Action::Remove(names.to_vec()),
            _ => Action::Install(names.to_vec()),
        };
        let before = names_of(pms).await;
        let done = pms.run(&action, &self.mandate(Asker::Policy), job).await;
        self.report_removals(stage, &action, &before, pms, job)
            .await;
        done
    }

    /// `false` when it failed.
    pub(super) async fn upgrade(
        &self,
        pms: &dyn PackageManager,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        tracker.begin(Stage::Upgrade);
        let before = names_of(pms).await;
        let done = self
            .upgrade_what_may(pms, Asker::Unattended, job, tracker)
            .await;
        self.report_removals(Stage::Upgrade, &Action::Upgrade, &before, pms, job)
            .await;
        match done {
            Ok(true) => {
                tracker.ok(Stage::Upgrade);
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(error) if error.code() == ResultCode::ByUser => {
                self.cancelled(Stage::Upgrade, &error, tracker)
            }
            Err(error) => {
                self.record(Stage::Upgrade, told::packages(&error), tracker);
                Ok(false)
            }
        }
    }

    /// Leaves nothing half-done behind. What is stepped over because its scripts had to be stopped before is named and is
    /// no failure of this job. `false` when something else stays unfinished.
    pub(super) async fn finish_all(
        &self,
        pms: &dyn PackageManager,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        let left = pms.broken().await?;
        if left.is_empty() {
            return Ok(true);
        }
        let set_aside = pms.set_aside().await?;
        if left.iter().all(|name| set_aside.contains(name)) {
            let names = left.join(" ");
            let said = EngineText::Unfinished.told(&[&names]);
            job.observer.said(OutputStream::Info, &said);
            return Ok(true);
        }
        match pms.repair(job).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == ResultCode::ByUser => {
                self.cancelled(Stage::Install, &error, tracker)
            }
            Err(error) => {
                let aside = pms.set_aside().await?;
                if pms.broken().await?.iter().all(|name| aside.contains(name)) {
                    return Ok(true);
                }
                self.record(Stage::Install, told::packages(&error), tracker);
                Ok(false)
            }
        }
    }

    /// Upgrades everything; where that may not be, all that comes without taking anything away. `false` after saying
    /// what stayed behind, and why.
    pub(super) async fn upgrade_what_may(
        &self,
        pms: &dyn PackageManager,
        asker: Asker,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, PmsError> {
        let mandate = self.mandate(asker);
        match pms.run(&Action::Upgrade, &mandate, job).await {
            Ok(()) => Ok(true),
            Err(PmsError::Refused(refusal)) => {
                let reasons = told::refused(&refusal);
                let said = EngineText::LeftOut.with([reasons.into()]);
                self.record(Stage::Upgrade, said, tracker);
                pms.run(&Action::UpgradeKeeping, &mandate, job).await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Somebody stopped it; where a script had to be, that is reported.
    fn cancelled(
        &self,
        stage: Stage,
        error: &PmsError,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        if !matches!(error, PmsError::Cancelled) {
            self.record(stage, told::packages(error), tracker);
        }
        Err(EngineError::Cancelled)
    }

    /// What went without having been named is told to the administrator.
    async fn report_removals(
        &self,
        stage: Stage,
        action: &Action,
        before: &BTreeSet<String>,
        pms: &dyn PackageManager,
        job: &Job<'_>,
    ) {
        let after = names_of(pms).await;
        let gone = before.difference(&after).cloned().collect();
        let gone = policy::unnamed(action, gone);
        if gone.is_empty() {
            return;
        }
        let said = EngineText::RemovedAlong.told(&[&gone.join(", ")]);
        job.observer.said(OutputStream::Info, &said);
        self.keep_error(stage, &said.text);
    }
}

/// The installed packages by name; none where they cannot be listed.
async fn names_of(pms: &dyn PackageManager) -> BTreeSet<String> {
    let installed = pms.installed().await.unwrap_or_default();
    installed.into_iter().map(|package| package.name).collect()
}

/// The next package would meet with the same.
fn concerns_all(error: &PmsError) -> bool {
    matches!(
        error,
        PmsError::LockTimeout(_) | PmsError::Interrupted | PmsError::Io(_)
    )
}

//! One program of the package manager at work, under a supervisor.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::Driver;
use super::hear::Watch;
use crate::PmsError;
use crate::change::{Plan, bare};
use crate::entry::Entry;
use crate::job::Job;
use crate::observer::{Progress, Stage};
use crate::process::supervise::{End, Stop, StopReason, Supervised, SupervisedCommand};
use crate::process::unit;
use crate::work::{Conditions, Work};

/// How long the program that fetches lists may be silent: apt waits for ever where a disk is full.
const LISTS_SILENCE: Duration = Duration::from_secs(5 * 60);

/// What a program is run for.
pub(super) struct Step<'a> {
    pub work: Work<'a>,
    pub plan: &'a Plan,
    /// Packages whose scripts had to be stopped before.
    pub impatient_with: BTreeSet<String>,
}

impl Driver {
    /// Has the package manager do something, under a supervisor, and listens to it.
    pub(super) async fn step(
        &self,
        job: &Job<'_>,
        work: Work<'_>,
        plan: &Plan,
    ) -> Result<(), PmsError> {
        let mut impatient_with = self.stuck().await?;
        // Who asks for a package by name wants it tried again.
        for name in work.names() {
            impatient_with.remove(bare(name));
        }
        let step = Step {
            work,
            plan,
            impatient_with,
        };
        self.step_round(job, step).await
    }

    /// A step that works around what is half removed: that neither goes with it nor is brought back by it.
    pub(super) async fn step_round(&self, job: &Job<'_>, step: Step<'_>) -> Result<(), PmsError> {
        // It would be removed with whatever else is done, and nothing else would be done when that fails again.
        let aside = if step.work.resolves() {
            self.half_removed_besides(step.work.names(), step.plan)
                .await?
        } else {
            Vec::new()
        };
        // A hold does not keep a package from being configured while it has all its files.
        let leaves_unconfigured = !aside.iter().all(Entry::is_in_part);
        self.hold_for_now(&aside).await?;
        let done = self
            .supervised(job, &step, step.work, leaves_unconfigured)
            .await;
        self.release_holds().await?;
        done?;
        if !leaves_unconfigured {
            return Ok(());
        }
        let names = self.to_configure(&step.impatient_with).await?;
        if names.is_empty() {
            return Ok(());
        }
        self.supervised(job, &step, Work::Configure(Some(&names)), false)
            .await
    }

    /// What is half removed and neither named nor part of a plan.
    pub(super) async fn half_removed_besides(
        &self,
        names: &[String],
        plan: &Plan,
    ) -> Result<Vec<Entry>, PmsError> {
        let mut entries = self.entries().await?;
        let planned = [&plan.install, &plan.update, &plan.remove];
        entries.retain(|entry| {
            let id = entry.id();
            entry.is_half_removed()
                && !entry.is_among(names)
                && !planned
                    .iter()
                    .any(|list| list.iter().any(|package| package.name == id))
        });
        Ok(entries)
    }

    /// Does some work as part of a step.
    async fn supervised(
        &self,
        job: &Job<'_>,
        step: &Step<'_>,
        work: Work<'_>,
        leaves_unconfigured: bool,
    ) -> Result<(), PmsError> {
        let conditions = Conditions {
            single_user: self.root.is_single_user(),
            leaves_unconfigured,
        };
        let Some(line) = self.back_end.command(&work, conditions) else {
            return Ok(());
        };
        let stage = step.work.stage();
        let folder = self.jobs.join(job.id.as_str());
        let number = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        let unit = unit::of_part(&job.id, number);
        let environment = self.back_end.environment().iter();
        let command = SupervisedCommand {
            line: self.root.wrap(line),
            environment: environment
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            cancellable: stage.cancellable(),
            purpose: stage.as_str().to_owned(),
            silence: self.patience_with(&work),
            impatient_with: step.impatient_with.iter().cloned().collect(),
            marks: self.back_end.script_marks(),
        };
        let folder = folder.join(format!("{number:04}"));
        let supervised = self.launcher.start(folder, &unit, command).await?;
        self.listen(&supervised, &self.watch(job, stage, step.plan))
            .await
    }

    /// No script runs while lists are fetched: nothing is lost when that is stopped early.
    fn patience_with(&self, work: &Work<'_>) -> Option<Duration> {
        match work {
            Work::Refresh => self.script_limit.map(|limit| limit.min(LISTS_SILENCE)),
            _ => self.script_limit,
        }
    }

    fn watch<'a>(&'a self, job: &'a Job<'a>, stage: Stage, plan: &Plan) -> Watch<'a> {
        Watch::new(&*self.back_end, job, stage, plan)
    }

    async fn listen(&self, supervised: &Supervised, watch: &Watch<'_>) -> Result<(), PmsError> {
        watch.job.observer.progress(&Progress::of(watch.stage, 0));
        let end = supervised
            .follow(
                &watch.job.cancel,
                |line| watch.output(line),
                |line| watch.status(line),
            )
            .await;
        let stops = supervised.stops();
        if !stops.is_empty() {
            self.remember_stuck(&stops).await?;
        }
        match end {
            End::Exited(0) => Ok(()),
            End::Cancelled => Err(PmsError::Cancelled),
            End::Lost => Err(PmsError::Interrupted),
            End::Exited(_) => {
                let output = supervised.output();
                let error = self.back_end.explain(&output, &watch.errors());
                Err(match worst(stops) {
                    Some(stop) if !matches!(error, PmsError::Unsteady) => PmsError::Stopped {
                        stop,
                        detail: error.detail(),
                    },
                    _ => error,
                })
            }
        }
    }

    pub(super) async fn follow_earlier(&self, job: &Job<'_>) -> Option<Result<(), PmsError>> {
        let supervised = Supervised::open(&self.last_step(job)?)?;
        let stage = match Stage::parse(supervised.purpose()) {
            Stage::Unknown if supervised.is_cancellable() => Stage::Download,
            Stage::Unknown => Stage::Install,
            stage => stage,
        };
        let watch = self.watch(job, stage, &Plan::default());
        let result = self.listen(&supervised, &watch).await;
        if let Err(error) = self.release_holds().await {
            tracing::warn!(%error, "packages stay held until the next job");
        }
        // A download alone is no result: the job begins again and finds what is fetched already.
        (!supervised.is_cancellable()).then_some(result)
    }

    fn last_step(&self, job: &Job<'_>) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.jobs.join(job.id.as_str())).ok()?;
        entries.flatten().map(|entry| entry.path()).max()
    }
}

/// The stop to tell about: what an administrator wanted comes first.
fn worst(mut stops: Vec<Stop>) -> Option<Stop> {
    stops.sort_by_key(|stop| stop.reason != StopReason::Asked);
    stops.into_iter().next()
}

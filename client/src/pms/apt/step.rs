//! One program of the package manager at work, under a supervisor, and what is heard of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use super::database::Entry;
use super::status::Status;
use super::{Apt, commands, exact, failure, locks};
use crate::job::Job;
use crate::observer::{Item, OutputStream, Progress, Stage};
use crate::pms::{Plan, PmsError};
use crate::process::supervise::{End, Stop, StopReason, Supervised, SupervisedCommand};

/// What a program is run for.
pub(super) struct Step<'a> {
    pub stage: Stage,
    pub line: Vec<String>,
    pub plan: &'a Plan,
    /// Packages whose scripts had to be stopped before.
    pub impatient_with: BTreeSet<String>,
}

/// What the listener of a run needs to know.
struct Watch<'a> {
    job: &'a Job<'a>,
    stage: Stage,
    bytes_total: u64,
    versions: BTreeMap<String, String>,
    begun: Instant,
    errors: Mutex<Vec<String>>,
}

impl Apt {
    /// Runs one program under a supervisor and listens to it.
    pub(super) async fn step(
        &self,
        job: &Job<'_>,
        stage: Stage,
        line: Vec<String>,
        plan: &Plan,
    ) -> Result<(), PmsError> {
        let mut impatient_with = self.stuck().await?;
        // Who asks for a package by name wants it tried again.
        for word in &line {
            let name = word.split(['=', ':']).next().unwrap_or_default();
            impatient_with.remove(name);
        }
        let step = Step {
            stage,
            line,
            plan,
            impatient_with,
        };
        self.step_round(job, step).await
    }

    /// A step that works around what is half removed: that neither goes with it nor is brought back by it.
    pub(super) async fn step_round(
        &self,
        job: &Job<'_>,
        mut step: Step<'_>,
    ) -> Result<(), PmsError> {
        // apt would remove what is half removed with whatever else it does, and do nothing else when that fails again.
        let aside = match step.line.first().map(String::as_str) {
            Some("apt-get") if !matches!(step.stage, Stage::Metadata | Stage::Download) => {
                self.half_removed_besides(&step.line, step.plan).await?
            }
            _ => Vec::new(),
        };
        // A hold does not keep apt from configuring what still has all its files.
        let configures_itself = aside.iter().all(Entry::is_unpacked_in_part);
        if !configures_itself {
            commands::leave_unconfigured(&mut step.line);
        }
        self.hold_for_now(&aside).await?;
        let done = self.supervised(job, &step).await;
        self.release_holds().await?;
        done?;
        if configures_itself {
            return Ok(());
        }
        let names = self.to_configure(&step.impatient_with).await?;
        if names.is_empty() {
            return Ok(());
        }
        step.line = commands::configure(names);
        self.supervised(job, &step).await
    }

    /// What is half removed and neither named in a line nor part of a plan.
    pub(super) async fn half_removed_besides(
        &self,
        line: &[String],
        plan: &Plan,
    ) -> Result<Vec<Entry>, PmsError> {
        let native = self.native().await?;
        let mut entries = self.entries().await?;
        let planned = [&plan.install, &plan.update, &plan.remove];
        entries.retain(|entry| {
            let (id, full) = (entry.id(native), entry.full_name());
            entry.is_half_removed()
                && !line.contains(&id)
                && !line.contains(&full)
                && !planned
                    .iter()
                    .any(|list| list.iter().any(|package| package.name == id))
        });
        Ok(entries)
    }

    async fn supervised(&self, job: &Job<'_>, step: &Step<'_>) -> Result<(), PmsError> {
        let folder = self.jobs.join(job.id.as_str());
        let number = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        let unit = format!("migasfree-job-{}-{number}", job.id);
        let command = SupervisedCommand {
            line: self.root.wrap(step.line.clone()),
            environment: vec![("DEBIAN_FRONTEND".to_owned(), "noninteractive".to_owned())],
            cancellable: step.stage.allows_cancel(),
            silence: self.script_limit,
            impatient_with: step.impatient_with.iter().cloned().collect(),
        };
        let folder = folder.join(format!("{number:04}"));
        let supervised = self.launcher.start(folder, &unit, command).await?;
        self.listen(&supervised, &Watch::new(job, step.stage, step.plan))
            .await
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
                let errors = watch
                    .errors
                    .lock()
                    .map(|errors| errors.clone())
                    .unwrap_or_default();
                let output = supervised.output();
                if exact::is_refusal(&output) {
                    return Err(PmsError::Unsteady);
                }
                let error = failure::explain(&output, &errors);
                Err(match worst(stops) {
                    Some(stop) => PmsError::Stopped {
                        stop,
                        detail: error.detail(),
                    },
                    None => error,
                })
            }
        }
    }

    pub(super) async fn follow_earlier(&self, job: &Job<'_>) -> Option<Result<(), PmsError>> {
        let supervised = Supervised::open(&self.last_step(job)?)?;
        let stage = if supervised.is_cancellable() {
            Stage::Download
        } else {
            Stage::Install
        };
        let result = self
            .listen(&supervised, &Watch::new(job, stage, &Plan::default()))
            .await;
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

impl<'a> Watch<'a> {
    fn new(job: &'a Job<'a>, stage: Stage, plan: &Plan) -> Self {
        let all = [&plan.install, &plan.update, &plan.remove]
            .into_iter()
            .flatten();
        let versions = all.map(|package| (bare(&package.name).to_owned(), package.version.clone()));
        Self {
            job,
            stage,
            bytes_total: plan.download_bytes,
            versions: versions.collect(),
            begun: Instant::now(),
            errors: Mutex::default(),
        }
    }

    fn output(&self, line: &str) {
        if let Some(holder) = locks::holder_in(line) {
            self.job.observer.waiting_for_lock(Some(&holder));
        } else {
            self.job.observer.output(OutputStream::Out, line);
        }
    }

    fn status(&self, line: &str) {
        match Status::parse(line) {
            Some(Status::Download { percent }) => self.downloaded(percent),
            Some(Status::Package {
                package,
                phase,
                percent,
            }) => {
                let mut progress = Progress::of(self.stage, whole(percent));
                progress.item.clone_from(&package);
                self.job.observer.progress(&progress);
                if let Some((phase, percent)) = phase {
                    let version = self
                        .versions
                        .get(bare(&package))
                        .cloned()
                        .unwrap_or_default();
                    self.job.observer.item(&Item {
                        phase,
                        package,
                        version,
                        percent,
                    });
                }
            }
            Some(Status::Error { package, message }) => {
                if let Ok(mut errors) = self.errors.lock() {
                    errors.push(format!("{package}: {message}"));
                }
            }
            None => {}
        }
    }

    fn downloaded(&self, percent: f32) {
        let stage = if self.stage == Stage::Metadata {
            Stage::Metadata
        } else {
            Stage::Download
        };
        if stage != self.stage {
            return;
        }
        let mut progress = Progress::of(stage, whole(percent));
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate between nothing and the total"
        )]
        let done = (self.bytes_total as f64 * f64::from(percent) / 100.0) as u64;
        progress.bytes_done = done;
        progress.bytes_total = self.bytes_total;
        let milliseconds = u64::try_from(self.begun.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        progress.speed = done.saturating_mul(1000) / milliseconds;
        self.job.observer.progress(&progress);
    }
}

/// The stop to tell about: what an administrator wanted comes first.
fn worst(mut stops: Vec<Stop>) -> Option<Stop> {
    stops.sort_by_key(|stop| stop.reason != StopReason::Asked);
    stops.into_iter().next()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "percentages are between 0 and 100"
)]
fn whole(percent: f32) -> u8 {
    percent.clamp(0.0, 100.0) as u8
}

pub(super) fn bare(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

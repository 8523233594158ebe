//! What is heard of a program of the package manager at work.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use crate::BackEnd;
use crate::change::{Plan, bare};
use crate::job::Job;
use crate::observer::{Item, OutputStream, Progress, Stage};
use crate::work::Status;

/// What the listener of a run needs to know.
pub(super) struct Watch<'a> {
    back_end: &'a dyn BackEnd,
    pub(super) job: &'a Job<'a>,
    pub(super) stage: Stage,
    bytes_total: u64,
    versions: BTreeMap<String, String>,
    begun: Instant,
    errors: Mutex<Vec<String>>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        back_end: &'a dyn BackEnd,
        job: &'a Job<'a>,
        stage: Stage,
        plan: &Plan,
    ) -> Self {
        let all = [&plan.install, &plan.update, &plan.remove]
            .into_iter()
            .flatten();
        let versions = all.map(|package| (bare(&package.name).to_owned(), package.version.clone()));
        Self {
            back_end,
            job,
            stage,
            bytes_total: plan.download_bytes,
            versions: versions.collect(),
            begun: Instant::now(),
            errors: Mutex::default(),
        }
    }

    /// A line of its output.
    pub(super) fn output(&self, line: &str) {
        if let Some(holder) = self.back_end.waits_for(line) {
            self.job.observer.waiting_for_lock(Some(&holder));
        } else {
            self.job.observer.output(OutputStream::Out, line);
        }
    }

    /// A line it wrote for us.
    pub(super) fn status(&self, line: &str) {
        match self.back_end.status(line) {
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

    /// What went wrong, in the package manager's words.
    pub(super) fn errors(&self) -> Vec<String> {
        let errors = self.errors.lock();
        errors.map(|errors| errors.clone()).unwrap_or_default()
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "percentages are between 0 and 100"
)]
fn whole(percent: f32) -> u8 {
    percent.clamp(0.0, 100.0) as u8
}

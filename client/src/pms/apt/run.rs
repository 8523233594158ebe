//! Doing package work: wait for the lock, repair, look ahead, have it judged, download, act.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::database::Entry;
use super::status::Status;
use super::{Apt, commands, exact, failure, locks, plan};
use crate::job::{Job, ResultCode};
use crate::observer::{Item, OutputStream, Progress, Stage};
use crate::pms::consent::Consent;
use crate::pms::{Action, PackageName, Plan, PlannedPackage, PmsError};
use crate::policy::Mandate;
use crate::process::supervise::{End, Stop, StopReason, Supervised, SupervisedCommand};

/// How often a plan may become another one before that is told as a failure.
const TRIES: usize = 3;

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
                return self.as_asked(action, &plan, repaired.trouble).await;
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
                    return self.as_asked(action, &plan, None).await;
                }
                Err(PmsError::Unsteady) => {}
                // Some package is broken; the question is whether it is one of those asked for.
                Err(error @ (PmsError::Backend(_) | PmsError::Stopped { .. }))
                    if error.code() != ResultCode::ByUser =>
                {
                    let ended = self.as_asked(action, &plan, Some(error.detail())).await;
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
    async fn as_asked(
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
            self.want(left.map(|entry| (entry, "purge"))).await?;
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
        self.step_round(job, stage, line, plan, impatient_with)
            .await
    }

    /// A step that works around what is half removed: that neither goes with it nor is brought back by it.
    pub(super) async fn step_round(
        &self,
        job: &Job<'_>,
        stage: Stage,
        mut line: Vec<String>,
        plan: &Plan,
        impatient_with: BTreeSet<String>,
    ) -> Result<(), PmsError> {
        // apt would remove what is half removed with whatever else it does, and do nothing else when that fails again.
        let aside = match line.first().map(String::as_str) {
            Some("apt-get") if !matches!(stage, Stage::Metadata | Stage::Download) => {
                self.half_removed_besides(&line, plan).await?
            }
            _ => Vec::new(),
        };
        // A hold does not keep apt from configuring what still has all its files.
        let configures_itself = aside.iter().all(Entry::is_unpacked_in_part);
        if !configures_itself {
            commands::leave_unconfigured(&mut line);
        }
        let stuck = impatient_with.clone();
        self.hold_for_now(&aside).await?;
        let done = self
            .supervised(job, stage, line, plan, impatient_with)
            .await;
        self.release_holds().await?;
        done?;
        if configures_itself {
            return Ok(());
        }
        let names = self.to_configure(&stuck).await?;
        if names.is_empty() {
            return Ok(());
        }
        let line = commands::configure(names);
        self.supervised(job, stage, line, plan, stuck).await
    }

    /// What is half removed and neither named in a line nor part of a plan.
    async fn half_removed_besides(
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

    async fn supervised(
        &self,
        job: &Job<'_>,
        stage: Stage,
        line: Vec<String>,
        plan: &Plan,
        impatient_with: BTreeSet<String>,
    ) -> Result<(), PmsError> {
        let folder = self.jobs.join(job.id.as_str());
        let number = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        let unit = format!("migasfree-job-{}-{number}", job.id);
        let command = SupervisedCommand {
            line: self.root.wrap(line),
            environment: vec![("DEBIAN_FRONTEND".to_owned(), "noninteractive".to_owned())],
            cancellable: stage.allows_cancel(),
            silence: self.script_limit,
            impatient_with: impatient_with.into_iter().collect(),
        };
        let folder = folder.join(format!("{number:04}"));
        let supervised = self.launcher.start(folder, &unit, command).await?;
        self.listen(&supervised, &Watch::new(job, stage, plan))
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

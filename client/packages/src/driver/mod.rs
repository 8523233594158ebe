//! Package work as it goes with every package manager: waiting for locks, repairing, foreseeing, having it judged,
//! downloading, acting, listening, attaching and cancelling. What differs between them is asked of the [`BackEnd`].

mod ask;
mod consent;
mod files;
mod guards;
mod hear;
mod holds;
mod locks;
mod look;
mod perform;
mod plan;
mod rank;
mod repair;
mod room;
mod step;
mod stuck;
mod unpack;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::back_end::BackEnd;
use super::error::PmsError;
use super::manager::{
    Candidate, FoundPackage, InstalledPackage, PackageManager, RepositoryAccess, search_words,
};
use crate::change::{Action, PackageName, Plan};
use crate::job::{Job, JobId};
use crate::messages::Repository;
use crate::observer::LockHolder;
use crate::policy::{Facts, Mandate};
use crate::process::CommandRunner;
use crate::process::root::Root;
use crate::process::supervise::Launcher;

/// How long a script of a package may be silent unless the settings say otherwise.
pub const SCRIPT_SILENCE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A package manager at work on one root folder.
#[derive(Debug)]
pub struct Driver {
    back_end: Arc<dyn BackEnd>,
    root: Root,
    runner: Arc<dyn CommandRunner>,
    launcher: Launcher,
    /// Folder of the process records.
    jobs: PathBuf,
    lock_limit: Duration,
    script_limit: Option<Duration>,
    native: OnceCell<String>,
}

impl Driver {
    /// How long another program may hold the package database.
    const LOCK_LIMIT: Duration = Duration::from_secs(600);

    /// `runner` is for what only reads, `launcher` for what changes packages; `jobs` is the folder of process records.
    #[must_use]
    pub fn new(
        back_end: Arc<dyn BackEnd>,
        root: Root,
        runner: Arc<dyn CommandRunner>,
        launcher: Launcher,
        jobs: PathBuf,
    ) -> Self {
        Self {
            back_end,
            root,
            runner,
            launcher,
            jobs,
            lock_limit: Self::LOCK_LIMIT,
            script_limit: Some(SCRIPT_SILENCE_LIMIT),
            native: OnceCell::new(),
        }
    }

    /// Waits no longer than this for another program.
    #[must_use]
    pub fn with_lock_limit(mut self, limit: Duration) -> Self {
        self.lock_limit = limit;
        self
    }

    /// Scripts of packages may be without output and processor time so long; `None` for ever.
    #[must_use]
    pub fn with_script_limit(mut self, limit: Option<Duration>) -> Self {
        self.script_limit = limit;
        self
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.root.folder().join(path.trim_start_matches('/'))
    }
}

#[async_trait]
impl PackageManager for Driver {
    fn name(&self) -> &'static str {
        self.back_end.name()
    }

    fn extension(&self) -> &'static str {
        self.back_end.extension()
    }

    fn name_of(&self, text: &str) -> Result<PackageName, PmsError> {
        self.back_end.name_of(text)
    }

    async fn architectures(&self) -> Result<String, PmsError> {
        let foreign = self.ask(self.back_end.foreign_architectures()).await?;
        let mut all = vec![self.native().await?.to_owned()];
        all.extend(foreign);
        Ok(all.join(" "))
    }

    async fn broken(&self) -> Result<Vec<String>, PmsError> {
        let entries = self.entries().await?;
        let broken = entries.iter().filter(|entry| entry.is_unfinished());
        Ok(broken.map(|entry| entry.display_name()).collect())
    }

    async fn set_aside(&self) -> Result<Vec<String>, PmsError> {
        let stuck = self.stuck().await?;
        let entries = self.entries().await?;
        let set_aside = entries
            .iter()
            .filter(|entry| entry.is_unfinished() && stuck.contains(&entry.name));
        Ok(set_aside.map(|entry| entry.display_name()).collect())
    }

    async fn facts(&self, plan: &Plan) -> Result<Facts, PmsError> {
        self.facts_for(plan).await
    }

    async fn installed(&self) -> Result<Vec<InstalledPackage>, PmsError> {
        self.look_at_installed().await
    }

    async fn available(&self, prefix: &str, limit: usize) -> Result<Vec<String>, PmsError> {
        let mut names = self.ask(self.back_end.names(prefix)).await?;
        names.sort();
        if limit > 0 {
            names.truncate(limit);
        }
        Ok(names)
    }

    async fn search(&self, pattern: &str, limit: usize) -> Result<Vec<FoundPackage>, PmsError> {
        self.find(&search_words(pattern)?, limit).await
    }

    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, PmsError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.ask(self.back_end.candidates(names)).await
    }

    fn stamp(&self) -> u64 {
        let files = self.back_end.changing_files();
        files
            .iter()
            .map(|file| look::modified(&self.inside(file)))
            .fold(0, u64::wrapping_add)
    }

    async fn plan(&self, action: &Action) -> Result<Plan, PmsError> {
        self.look_ahead(action).await
    }

    async fn run(&self, action: &Action, mandate: &Mandate, job: &Job<'_>) -> Result<(), PmsError> {
        self.perform(action, mandate, job).await
    }

    async fn attach(&self, job: &Job<'_>) -> Option<Result<(), PmsError>> {
        self.follow_earlier(job).await
    }

    fn forget(&self, job: &JobId) {
        if let Err(error) = std::fs::remove_dir_all(self.jobs.join(job.as_str()))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(job.id = %job, %error, "the records of a job stay behind");
        }
    }

    async fn repair(&self, job: &Job<'_>) -> Result<bool, PmsError> {
        self.wait_for_lock(job).await?;
        self.release_holds().await?;
        let repaired = self.finish_interrupted(job, &Action::Refresh).await?;
        self.check_repaired(repaired.trouble).await?;
        Ok(repaired.begun)
    }

    fn awaits_repair(&self) -> bool {
        self.has_holds()
    }

    fn lock_holder(&self) -> Option<LockHolder> {
        self.back_end.lock_holder(self.root.folder())
    }

    fn import_key(&self, access: &RepositoryAccess, armored: &str) -> Result<bool, PmsError> {
        self.write_key(access, armored)
    }

    fn trusted_key(&self, access: &RepositoryAccess) -> Option<String> {
        self.read_key(access)
    }

    fn write_repositories(
        &self,
        access: &RepositoryAccess,
        repositories: &[Repository],
    ) -> Result<bool, PmsError> {
        self.write_sources(access, repositories)
    }

    fn reboot_required(&self) -> Vec<String> {
        self.back_end.reboot_required(self.root.folder())
    }
}

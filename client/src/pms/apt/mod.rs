//! apt and dpkg (Debian, Ubuntu and their relatives).

mod commands;
mod database;
mod exact;
mod facts;
mod failure;
mod holds;
mod journal;
mod locks;
mod names;
mod plan;
mod rank;
mod repair;
mod room;
mod run;
mod sources;
mod status;
mod step;
mod stuck;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::{
    Action, Candidate, FoundPackage, InstalledPackage, PackageManager, PackageName, Plan, PmsError,
    RepositoryAccess, search_words,
};
use crate::config::SCRIPT_SILENCE_LIMIT;
use crate::files;
use crate::job::{Job, JobId};
use crate::observer::LockHolder;
use crate::policy::{Asker, Facts, Mandate, Verdict, judge};
use crate::process::root::Root;
use crate::process::supervise::Launcher;
use crate::process::{CommandRunner, Finished, Invocation};
use crate::transport::messages::Repository;
use database::Entry;
pub use names::check as check_name;

/// apt at work on one root folder.
#[derive(Debug)]
pub struct Apt {
    root: Root,
    runner: Arc<dyn CommandRunner>,
    launcher: Launcher,
    /// Folder of the process records.
    jobs: PathBuf,
    lock_limit: Duration,
    script_limit: Option<Duration>,
    native: OnceCell<String>,
}

impl Apt {
    /// How long another program may hold the package database.
    const LOCK_LIMIT: Duration = Duration::from_secs(600);

    #[must_use]
    pub fn new(
        root: Root,
        runner: Arc<dyn CommandRunner>,
        launcher: Launcher,
        jobs: PathBuf,
    ) -> Self {
        Self {
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

    /// Runs a program that only reads.
    async fn query(&self, line: Vec<String>) -> Result<Finished, PmsError> {
        let mut line = self.root.wrap(line);
        let program = line.remove(0);
        let invocation = Invocation::new(&program, line)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .limit(Duration::from_secs(120))
            .output_limit(64 * 1024 * 1024);
        Ok(self.runner.output(&invocation).await?)
    }

    /// Runs a program that only reads, with what somebody typed: as nobody, with little time and memory.
    async fn modest_query(&self, line: Vec<String>) -> Result<Finished, PmsError> {
        let mut line = self
            .root
            .wrap(commands::modest(line, self.root.has_users()));
        let program = line.remove(0);
        let invocation = Invocation::new(&program, line)
            .limit(Duration::from_secs(20))
            .output_limit(16 * 1024 * 1024);
        Ok(self.runner.output(&invocation).await?)
    }

    async fn successful_query(&self, line: Vec<String>) -> Result<String, PmsError> {
        let finished = self.query(line).await?;
        if finished.success() {
            return Ok(finished.stdout_text());
        }
        Err(failure::explain(
            &(finished.stdout_text() + &finished.stderr_text()),
            &[],
        ))
    }

    /// dpkg's list of packages, with what is only in its journal.
    async fn entries(&self) -> Result<Vec<Entry>, PmsError> {
        let folder = self.inside("var/lib/dpkg");
        let read = move || -> std::io::Result<Vec<Entry>> {
            let text = files::read_optional(&folder.join("status"))?;
            let mut entries = database::parse(&text.unwrap_or_default());
            for file in journal::files(&folder) {
                let text = files::read_optional(&file)?.unwrap_or_default();
                database::merge(&mut entries, &text);
            }
            Ok(entries)
        };
        let read = tokio::task::spawn_blocking(read).await;
        Ok(read.map_err(std::io::Error::other)??)
    }

    /// The architecture packages have unless they say otherwise.
    async fn native(&self) -> Result<&str, PmsError> {
        let ask = || async {
            let text = self
                .successful_query(commands::native_architecture())
                .await?;
            Ok(text.trim().to_owned())
        };
        self.native.get_or_try_init(ask).await.map(String::as_str)
    }

    fn key_path(access: &RepositoryAccess) -> String {
        let safe = |c: char| {
            if c.is_ascii_alphanumeric() || ".-".contains(c) {
                c
            } else {
                '_'
            }
        };
        let host: String = access.host.chars().map(safe).collect();
        format!("/etc/apt/keyrings/migasfree-{host}.asc")
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.root.folder().join(path.trim_start_matches('/'))
    }
}

#[async_trait]
impl PackageManager for Apt {
    fn name(&self) -> &'static str {
        "apt"
    }

    fn extension(&self) -> &'static str {
        "deb"
    }

    fn name_of(&self, text: &str) -> Result<PackageName, PmsError> {
        names::check(text)
    }

    async fn architectures(&self) -> Result<String, PmsError> {
        let foreign = self
            .successful_query(commands::foreign_architectures())
            .await?;
        let all = std::iter::once(self.native().await?).chain(foreign.split_whitespace());
        Ok(all.collect::<Vec<_>>().join(" "))
    }

    async fn installed(&self) -> Result<Vec<InstalledPackage>, PmsError> {
        let native = self.native().await?;
        let entries = self.entries().await?;
        let ours = self.packages_of_our_repositories();
        let package = |entry: Entry| {
            let origin = if ours.contains(&(entry.name.clone(), entry.version.clone())) {
                "migasfree"
            } else {
                ""
            };
            InstalledPackage {
                name: entry.display_name(native),
                version: entry.version,
                architecture: entry.architecture,
                origin: origin.to_owned(),
            }
        };
        let mut packages: Vec<_> = entries
            .into_iter()
            .filter(Entry::is_installed)
            .map(package)
            .collect();
        packages.sort();
        Ok(packages)
    }

    async fn broken(&self) -> Result<Vec<String>, PmsError> {
        let native = self.native().await?;
        let entries = self.entries().await?;
        let broken = entries.iter().filter(|entry| entry.is_half_done());
        Ok(broken.map(|entry| entry.display_name(native)).collect())
    }

    async fn set_aside(&self) -> Result<Vec<String>, PmsError> {
        let native = self.native().await?;
        let stuck = self.stuck().await?;
        let entries = self.entries().await?;
        let set_aside = entries
            .iter()
            .filter(|entry| entry.is_half_done() && stuck.contains(&entry.name));
        Ok(set_aside.map(|entry| entry.display_name(native)).collect())
    }

    async fn facts(&self, plan: &Plan) -> Result<Facts, PmsError> {
        self.facts_for(plan).await
    }

    async fn available(&self, prefix: &str, limit: usize) -> Result<Vec<String>, PmsError> {
        let text = self
            .modest_query(commands::names(prefix))
            .await?
            .stdout_text();
        let mut names: Vec<_> = text.lines().map(str::to_owned).collect();
        names.sort();
        if limit > 0 {
            names.truncate(limit);
        }
        Ok(names)
    }

    async fn search(&self, pattern: &str, limit: usize) -> Result<Vec<FoundPackage>, PmsError> {
        let words = search_words(pattern)?;
        let finished = self.modest_query(commands::search(&words)).await?;
        if finished.timed_out {
            let reason = "the search took too long; look for other words".to_owned();
            return Err(PmsError::Backend(reason));
        }
        let text = finished.stdout_text();
        let mut found: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| line.split_once(" - "))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.sort_by_cached_key(|(name, summary)| rank::rank(name, summary, &words));
        if limit > 0 {
            found.truncate(limit);
        }
        self.described(&found).await
    }

    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, PmsError> {
        self.offered(names).await
    }

    fn stamp(&self) -> u64 {
        let files = [
            "var/lib/dpkg/status",
            "var/lib/apt/lists",
            "etc/apt/sources.list.d",
        ];
        files
            .iter()
            .map(|file| modified(&self.inside(file)))
            .fold(0, u64::wrapping_add)
    }

    async fn plan(&self, action: &Action) -> Result<Plan, PmsError> {
        let names = self.effective(action).await?;
        let mut plan = match self.simulate(action, &names).await {
            Ok(plan) => plan,
            Err(error) => {
                // apt plans no removal of what must stay; that it must is for the policy to say.
                let alone = self.alone(action, &names).await?;
                let facts = self.facts_for(&alone).await?;
                let mandate = Mandate::of(Asker::ROOT);
                match judge(action, &alone, &facts, &mandate) {
                    Verdict::Refuse(_) => return Ok(alone),
                    _ => return Err(error),
                }
            }
        };
        plan.untrusted = self.is_untrusted(&plan).await?;
        Ok(plan)
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
        locks::holder(self.root.folder())
    }

    fn import_key(&self, access: &RepositoryAccess, armored: &str) -> Result<bool, PmsError> {
        let path = self.inside(&Self::key_path(access));
        if files::read_optional(&path)?.as_deref() == Some(armored) {
            return Ok(false);
        }
        files::public_folder(&self.inside("etc/apt/keyrings"))?;
        files::write(&path, armored.as_bytes(), 0o644)?;
        // Where earlier clients put it, it vouched for every repository.
        files::remove_optional(
            &self.inside(&format!("etc/apt/trusted.gpg.d/{}.gpg", access.host)),
        )?;
        Ok(true)
    }

    fn trusted_key(&self, access: &RepositoryAccess) -> Option<String> {
        files::read_optional(&self.inside(&Self::key_path(access)))
            .ok()
            .flatten()
    }

    fn write_repositories(
        &self,
        access: &RepositoryAccess,
        repositories: &[Repository],
    ) -> Result<bool, PmsError> {
        let folder = self.inside("etc/apt/sources.list.d");
        files::public_folder(&folder)?;
        let path = folder.join("migasfree.sources");
        let (text, refused) = sources::render(access, repositories, &Self::key_path(access));
        for sources::Refused { name, reason } in refused {
            tracing::warn!(repository = name, reason, "a repository is left out");
        }
        let older_format = files::remove_optional(&folder.join("migasfree.list"))?;
        if files::read_optional(&path)?.as_deref() == Some(text.as_str()) {
            return Ok(older_format);
        }
        files::write(&path, text.as_bytes(), 0o644)?;
        Ok(true)
    }

    fn reboot_required(&self) -> Vec<String> {
        if !self.inside("run/reboot-required").exists() {
            return Vec::new();
        }
        let packages = files::read_optional(&self.inside("run/reboot-required.pkgs"));
        let packages = packages.ok().flatten().unwrap_or_default();
        let names: BTreeSet<_> = packages.lines().map(str::to_owned).collect();
        if names.is_empty() {
            vec!["reboot-required".to_owned()]
        } else {
            names.into_iter().collect()
        }
    }
}

impl Apt {
    /// Names and versions our repositories offer, from the lists apt fetched.
    fn packages_of_our_repositories(&self) -> BTreeSet<(String, String)> {
        let sources = self.inside("etc/apt/sources.list.d/migasfree.sources");
        let sources = files::read_optional(&sources)
            .ok()
            .flatten()
            .unwrap_or_default();
        let prefixes: Vec<String> = sources
            .lines()
            .filter_map(|line| line.strip_prefix("URIs: "))
            .filter_map(|address| address.split_once("://"))
            .map(|(_, rest)| sources::list_name(rest))
            .collect();
        let mut packages = BTreeSet::new();
        let Ok(lists) = std::fs::read_dir(self.inside("var/lib/apt/lists")) else {
            return packages;
        };
        for list in lists.flatten() {
            let name = list.file_name().to_string_lossy().into_owned();
            if !name.ends_with("_Packages")
                || !prefixes.iter().any(|prefix| name.starts_with(prefix))
            {
                continue;
            }
            let text = files::read_optional(&list.path())
                .ok()
                .flatten()
                .unwrap_or_default();
            for stanza in database::stanzas(&text) {
                let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
                packages.extend(field("package").zip(field("version")));
            }
        }
        packages
    }

    /// Whether something of the plan is in the list of a source that no key vouches for.
    async fn is_untrusted(&self, plan: &Plan) -> Result<bool, PmsError> {
        let targets = self.successful_query(commands::package_lists()).await?;
        for list in targets.lines().filter_map(|line| line.strip_prefix("no ")) {
            let text = self.query(commands::cat(list)).await?.stdout_text();
            let offers = |name: &str, version: &str| {
                database::stanzas(&text).any(|stanza| {
                    stanza.get("package") == Some(&name) && stanza.get("version") == Some(&version)
                })
            };
            let mut planned = plan.install.iter().chain(&plan.update);
            if planned.any(|package| offers(&package.name, &package.version)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the repositories offer of these packages.
    async fn offered(&self, names: &[PackageName]) -> Result<Vec<Candidate>, PmsError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let asked: BTreeSet<&str> = names.iter().map(PackageName::as_str).collect();
        let line = commands::show(asked.iter().map(|name| (*name).to_owned()));
        let text = self.query(line).await?.stdout_text();
        let mut candidates: Vec<Candidate> = Vec::new();
        for stanza in database::stanzas(&text) {
            let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
            let number = |name: &str| {
                stanza
                    .get(name)
                    .and_then(|value| value.parse().ok())
                    .unwrap_or(0)
            };
            // Installed packages without a source are shown, too; nobody offers those.
            let Some((name, _)) = field("package").zip(field("filename")) else {
                continue;
            };
            if !asked.contains(name.as_str()) || candidates.iter().any(|known| known.name == name) {
                continue;
            }
            candidates.push(Candidate {
                version: field("version").unwrap_or_default(),
                download_bytes: number("size"),
                installed_bytes: number("installed-size") * 1024,
                homepage: field("homepage").unwrap_or_default(),
                licence: field("license")
                    .or_else(|| field("licence"))
                    .unwrap_or_default(),
                name,
            });
        }
        Ok(candidates)
    }

    /// Versions and states of packages that were found.
    async fn described(&self, found: &[(&str, &str)]) -> Result<Vec<FoundPackage>, PmsError> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let names = found.iter().map(|(name, _)| (*name).to_owned());
        let text = self.modest_query(commands::show(names)).await?;
        let text = text.stdout_text();
        let versions: std::collections::BTreeMap<_, _> = database::stanzas(&text)
            .filter_map(|stanza| Some((*stanza.get("package")?, *stanza.get("version")?)))
            .collect();
        let entries = self.entries().await?;
        let installed: BTreeSet<_> = entries
            .iter()
            .filter(|entry| entry.is_installed())
            .map(|entry| entry.name.as_str())
            .collect();
        let package = |(name, summary): &(&str, &str)| FoundPackage {
            name: (*name).to_owned(),
            version: versions.get(name).copied().unwrap_or_default().to_owned(),
            summary: (*summary).to_owned(),
            installed: installed.contains(name),
        };
        Ok(found.iter().map(package).collect())
    }
}

/// Nanoseconds, for comparing only.
fn modified(path: &std::path::Path) -> u64 {
    let time = std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok();
    let since = time.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        since.as_secs().wrapping_mul(1_000_000_000) + u64::from(since.subsec_nanos())
    })
}

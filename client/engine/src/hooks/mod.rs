//! Scripts of the site: before and after a synchronisation, and when traits change.

mod changes;
mod traits;

use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use changes::{Change, changes, write_event_data};
pub use traits::TraitStore;

use crate::job::Job;
use crate::paths::Layout;
use crate::process::root::Root;
use crate::process::{CommandRunner, Invocation, unit};

/// Time one script has.
const LIMIT: Duration = Duration::from_secs(600);

/// That a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFailure {
    /// Which.
    pub script: String,
    pub why: HookError,
}

/// Why a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookError {
    /// It was killed after this time.
    TooLong(Duration),
    /// It ended so, or was killed, and said this.
    Ended { status: Option<i32>, said: String },
    /// It could not be run.
    NotRun(String),
}

/// Runs scripts.
#[derive(Debug, Clone)]
pub struct Hooks {
    runner: Arc<dyn CommandRunner>,
    root: Root,
    layout: Layout,
}

impl Hooks {
    #[must_use]
    pub fn new(runner: Arc<dyn CommandRunner>, root: Root, layout: Layout) -> Self {
        Self {
            runner,
            root,
            layout,
        }
    }

    /// Runs every script of `pre-sync.d` or `post-sync.d` by name; answers which failed.
    pub async fn run(&self, folder: &str, job: &Job<'_>) -> Vec<HookFailure> {
        let mut errors = Vec::new();
        for script in self
            .layout
            .hook_folders(folder)
            .iter()
            .flat_map(|folder| scripts(folder))
        {
            errors.extend(self.script(&script, &[], job).await);
        }
        errors
    }

    /// Runs the scripts that wait for these changes; answers which failed.
    pub async fn run_events(&self, changes: &[Change], job: &Job<'_>) -> Vec<HookFailure> {
        let mut errors = Vec::new();
        for change in changes {
            let environment = [
                ("MIGASFREE_PREFIX", change.prefix.clone()),
                ("MIGASFREE_BEFORE", change.before.join("\n")),
                ("MIGASFREE_AFTER", change.after.join("\n")),
            ];
            for folder in self.layout.hook_folders("events.d") {
                if !is_folder_name(&change.prefix) {
                    continue;
                }
                // A prefix seen for the first time is of interest only to those who say so.
                let mut names = vec![format!("{}+", change.prefix)];
                if !change.is_new() {
                    names.push(change.prefix.clone());
                }
                for script in names.iter().flat_map(|name| scripts(&folder.join(name))) {
                    errors.extend(self.script(&script, &environment, job).await);
                }
            }
        }
        errors
    }

    async fn script(
        &self,
        path: &Path,
        environment: &[(&str, String)],
        job: &Job<'_>,
    ) -> Option<HookFailure> {
        let inside = Path::new("/").join(path.strip_prefix(self.layout.root()).unwrap_or(path));
        let mut line = self.root.wrap(vec![inside.display().to_string()]);
        let program = line.remove(0);
        let unit = unit::of_part(
            &job.id,
            format_args!("hook-{}", crate::random::ordered_uuid().simple()),
        );
        let invocation = Invocation::new(&program, line).limit(LIMIT).confined(&unit);
        let invocation = environment
            .iter()
            .fold(invocation, |invocation, (name, value)| {
                invocation.env(name, value)
            });
        let finished = self
            .runner
            .run(&invocation, &|stream, line| {
                job.observer.output(stream, line)
            })
            .await;
        let why = match finished {
            Ok(finished) if finished.success() => return None,
            Ok(finished) if finished.timed_out => HookError::TooLong(LIMIT),
            Ok(finished) => HookError::Ended {
                status: finished.status,
                said: finished.stderr_text(),
            },
            Err(error) => HookError::NotRun(error.to_string()),
        };
        Some(HookFailure {
            script: inside.display().to_string(),
            why,
        })
    }
}

/// Whether a prefix, which the server names, stays one folder within its own.
fn is_folder_name(prefix: &str) -> bool {
    let mut parts = Path::new(prefix).components();
    let one = matches!(parts.next(), Some(Component::Normal(name)) if name == prefix);
    one && parts.next().is_none() && !prefix.starts_with('.') && !prefix.contains('\0')
}

/// The executable files of a folder, by name.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut scripts: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let metadata = std::fs::metadata(path);
            metadata.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        })
        .collect();
    scripts.sort();
    scripts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::job::JobId;
    use crate::observer::Silent;
    use crate::process::{Finished, LineListener};
    use std::sync::Mutex;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<String>>);

    #[async_trait::async_trait]
    impl CommandRunner for Recorder {
        async fn run(
            &self,
            invocation: &Invocation,
            _: LineListener<'_>,
        ) -> std::io::Result<Finished> {
            let environment: Vec<_> = invocation
                .environment
                .iter()
                .map(|(_, value)| value.as_str())
                .collect();
            let line = format!("{} {}", invocation.program, environment.join("|"));
            self.0.lock().unwrap().push(line.trim_end().to_owned());
            let status = if invocation.program.contains("bad") {
                1
            } else {
                0
            };
            Ok(Finished {
                status: Some(status),
                stderr: b"oh\n".to_vec(),
                ..Finished::default()
            })
        }
    }

    fn script(folder: &Path, path: &str, mode: u32) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn scripts_run_by_name_and_failures_are_told() {
        let folder = tempfile::tempdir().unwrap();
        script(
            folder.path(),
            "etc/migasfree/hooks/pre-sync.d/20-bad",
            0o755,
        );
        script(
            folder.path(),
            "etc/migasfree/hooks/pre-sync.d/10-good",
            0o755,
        );
        script(
            folder.path(),
            "etc/migasfree/hooks/pre-sync.d/README",
            0o644,
        );
        script(
            folder.path(),
            "usr/share/migasfree-client/pre-sync.d/99-old",
            0o755,
        );
        let runner = Arc::new(Recorder::default());
        let root = Root::new("/".into(), "/".into());
        let hooks = Hooks::new(runner.clone(), root, Layout::new(folder.path()));
        let job = Job::new(JobId::unique(), &Silent);
        let errors = hooks.run("pre-sync.d", &job).await;
        assert_eq!(errors.len(), 1);
        assert!(errors[0].script.ends_with("20-bad"), "{errors:?}");
        let ended = HookError::Ended {
            status: Some(1),
            said: "oh\n".to_owned(),
        };
        assert_eq!(errors[0].why, ended);
        let ran = runner.0.lock().unwrap().clone();
        assert_eq!(
            ran,
            [
                "/usr/share/migasfree-client/pre-sync.d/99-old",
                "/etc/migasfree/hooks/pre-sync.d/10-good",
                "/etc/migasfree/hooks/pre-sync.d/20-bad",
            ]
        );
    }

    #[tokio::test]
    async fn no_prefix_leads_out_of_the_folder_of_the_hooks() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "etc/migasfree/hooks/events.d/LOC/a", 0o755);
        script(folder.path(), "etc/migasfree/hooks/evil/a", 0o755);
        let absolute = folder.path().join("etc/migasfree/hooks/evil");
        let runner = Arc::new(Recorder::default());
        let root = Root::new("/".into(), "/".into());
        let hooks = Hooks::new(runner.clone(), root, Layout::new(folder.path()));
        let job = Job::new(JobId::unique(), &Silent);
        for prefix in [
            "../evil",
            "LOC/../../evil",
            absolute.to_str().unwrap(),
            "LOC/",
            "./LOC",
            ".",
            "..",
            "",
            "LOC\0",
        ] {
            let change = Change {
                prefix: prefix.to_owned(),
                before: vec!["x".into()],
                after: vec!["y".into()],
            };
            hooks.run_events(&[change], &job).await;
        }
        assert_eq!(*runner.0.lock().unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn a_new_prefix_is_told_only_to_those_who_ask() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "etc/migasfree/hooks/events.d/LOC/a", 0o755);
        script(folder.path(), "etc/migasfree/hooks/events.d/LOC+/b", 0o755);
        let runner = Arc::new(Recorder::default());
        let root = Root::new("/".into(), "/".into());
        let hooks = Hooks::new(runner.clone(), root, Layout::new(folder.path()));
        let job = Job::new(JobId::unique(), &Silent);
        let new = Change {
            prefix: "LOC".into(),
            before: vec![],
            after: vec!["x".into()],
        };
        hooks.run_events(&[new], &job).await;
        let changed = Change {
            prefix: "LOC".into(),
            before: vec!["x".into()],
            after: vec![],
        };
        hooks.run_events(&[changed], &job).await;
        let ran = runner.0.lock().unwrap().clone();
        assert_eq!(
            ran,
            [
                "/etc/migasfree/hooks/events.d/LOC+/b LOC||x",
                "/etc/migasfree/hooks/events.d/LOC+/b LOC|x|",
                "/etc/migasfree/hooks/events.d/LOC/a LOC|x|",
            ]
        );
    }
}

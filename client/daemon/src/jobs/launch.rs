//! Starts the worker of a job so that it outlives the daemon.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use zbus::{Connection, OwnedObjectPath, Variant};

use crate::process::unit;

/// The command that runs a worker, without the job's folder.
#[derive(Debug, Clone)]
pub struct WorkerCommand {
    /// The program, this one.
    pub program: PathBuf,
    /// Its arguments; `run-job [--resume] FOLDER` follows.
    pub arguments: Vec<OsString>,
}

/// Starts workers.
#[derive(Debug)]
pub enum Launcher {
    /// As transient units of systemd, `migasfree-job-<id>.service`: neither hardening nor life span of the daemon.
    Systemd(WorkerCommand, Connection),
    /// In process groups of their own.
    ProcessGroup(WorkerCommand),
}

impl Launcher {
    /// Units where systemd runs this computer, process groups elsewhere.
    #[must_use]
    pub fn for_system(command: WorkerCommand, bus: &Connection) -> Self {
        if unit::systemd_runs() {
            Self::Systemd(command, bus.clone())
        } else {
            Self::ProcessGroup(command)
        }
    }

    /// Starts the worker of job `id`. With `resume` it goes on with what an earlier worker left running.
    pub async fn launch(&self, id: u64, folder: &Path, resume: bool) -> io::Result<()> {
        match self {
            Self::Systemd(command, bus) => start_unit(bus, &command.line(folder, resume), id)
                .await
                .map_err(io::Error::other),
            Self::ProcessGroup(command) => start_group(&command.line(folder, resume), folder),
        }
    }
}

impl WorkerCommand {
    fn line(&self, folder: &Path, resume: bool) -> Vec<OsString> {
        let mut line = vec![self.program.clone().into_os_string()];
        line.extend(self.arguments.iter().cloned());
        line.push("run-job".into());
        if resume {
            line.push("--resume".into());
        }
        line.push(folder.into());
        line
    }
}

/// The variables that settings come from; a unit inherits none. Everybody may look at the environment of a unit, so
/// those of the packager, a password among them, stay here.
fn settings_in_environment() -> Vec<String> {
    std::env::vars()
        .filter(|(name, _)| {
            name.starts_with("MIGASFREE_") && !name.starts_with("MIGASFREE_PACKAGER_")
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn start_group(line: &[OsString], folder: &Path) -> io::Result<()> {
    let log = File::options()
        .append(true)
        .create(true)
        .open(folder.join("worker.log"))?;
    let mut worker = crate::process::program_on_runtime(&line[0])
        .args(&line[1..])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .kill_on_drop(false)
        .spawn()?;
    // Somebody has to take note of its end while this daemon lives.
    tokio::spawn(async move { worker.wait().await });
    Ok(())
}

async fn start_unit(bus: &Connection, line: &[OsString], id: u64) -> zbus::Result<()> {
    let words: Vec<String> = line
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let command = vec![(words[0].clone(), words.clone(), false)];
    let stop_limit = u64::try_from(unit::STOP_LIMIT.as_micros()).unwrap_or(u64::MAX);
    let properties: Vec<(&str, Variant<'_>)> = vec![
        ("Description", format!("migasfree job {id}").into()),
        ("ExecStart", command.into()),
        ("Environment", settings_in_environment().into()),
        // A package manager that the worker started goes on when the worker dies: the next worker attaches to it.
        ("KillMode", "process".into()),
        // When the computer goes down, it waits for the worker, and the worker for the package manager.
        ("Before", vec![unit::SHUTDOWN].into()),
        ("Conflicts", vec![unit::SHUTDOWN].into()),
        ("TimeoutStopUSec", stop_limit.into()),
        ("CollectMode", "inactive-or-failed".into()),
        ("TasksMax", 4096u64.into()),
        ("OOMScoreAdjust", (-500i32).into()),
    ];
    let auxiliary: Vec<(String, Vec<(String, Variant<'_>)>)> = Vec::new();
    bus.call_method(
        Some("org.freedesktop.systemd1"),
        "/org/freedesktop/systemd1",
        Some("org.freedesktop.systemd1.Manager"),
        "StartTransientUnit",
        &(
            format!("{}.service", unit::of_job(id)),
            "fail",
            properties,
            auxiliary,
        ),
    )
    .await?
    .body()
    .deserialize::<OwnedObjectPath>()
    .map(drop)
}

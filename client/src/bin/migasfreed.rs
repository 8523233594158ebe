//! The daemon `migasfreed`, and the processes it starts of itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use clap::{CommandFactory as _, Parser, Subcommand};
use migasfree_client::clock::SystemClock;
use migasfree_client::config::Settings;
use migasfree_client::daemon::catalog::render_child;
use migasfree_client::daemon::jobs::{WorkerCommand, run_job};
use migasfree_client::daemon::opener::Opener;
use migasfree_client::daemon::remote::{FILES_HELPER, files_child};
use migasfree_client::daemon::start::{Mode, Setup, run};
use migasfree_client::output::{self, complain};
use migasfree_client::process::helper;
use migasfree_client::sync::{Engine, EngineError, LocalEngine, OpenOptions};
use migasfree_manual::{ADMINISTRATION, run_if_asked};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Installs, removes and synchronises for the users of this computer, over D-Bus.
#[derive(Debug, Parser)]
#[command(name = "migasfreed", version)]
struct Arguments {
    /// Serve the session bus for this user alone, on another root; never asks polkit
    #[arg(long, requires = "root")]
    session: bool,
    /// Work on the system below this folder
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Read the settings from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What the daemon starts itself again for.
#[derive(Debug, Subcommand)]
enum Part {
    /// Does the work of one job
    #[command(hide = true)]
    RunJob {
        /// Go on with what an earlier worker left running
        #[arg(long)]
        resume: bool,
        folder: PathBuf,
    },
    /// Turns an image into a PNG, without privileges
    #[command(hide = true)]
    RenderImage { size: u32 },
}

fn main() -> ExitCode {
    if let Some(code) = helper::run_if_asked() {
        return code;
    }
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == FILES_HELPER)
    {
        return match files_child() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    if let Some(code) = run_if_asked(ADMINISTRATION, Arguments::command) {
        return code;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            output::note(error.print());
            if let Some(error) = output::failure() {
                complain(&format!("migasfreed: {error}"));
                return ExitCode::FAILURE;
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    match act(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("migasfreed: {}", in_full(&error)));
            ExitCode::FAILURE
        }
    }
}

/// An error with what it came of, each of them once.
fn in_full(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.is_empty() {
            said = cause;
        } else if !said.contains(&cause) {
            said.push_str(": ");
            said.push_str(&cause);
        }
    }
    said
}

fn act(arguments: Arguments) -> Result<()> {
    if let Some(Part::RenderImage { size }) = arguments.part {
        return Ok(render_child(size)?);
    }
    log();
    let options = OpenOptions {
        root: arguments.root.as_deref().map(real_path).transpose()?,
        config: arguments.config.map(std::path::absolute).transpose()?,
        helper: None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        match arguments.part {
            Some(Part::RunJob { resume, folder }) => work(&options, resume, &folder).await,
            _ => serve(&options, arguments.session).await,
        }
    });
    // Calls may be going on. A runtime that is taken down under them makes those that wait for a timer panic; all of them
    // end with the process, which ends now.
    std::mem::forget(runtime);
    ended
}

async fn work(options: &OpenOptions, resume: bool, folder: &Path) -> Result<()> {
    let engine = LocalEngine::open(options).await?;
    run_job(folder, &engine, resume)
        .await
        .with_context(|| format!("the job in {}", folder.display()))
}

async fn serve(options: &OpenOptions, session: bool) -> Result<()> {
    let engine = LocalEngine::open(options).await?;
    let server = &engine.settings().server;
    if server.is_unsafe() {
        tracing::warn!(%server, "http is not safe: everybody on the way can read and change what is not sealed; use https");
    }
    let worker = worker_command(options.root.as_deref(), &engine.settings().file)?;
    let setup = Setup {
        mode: if session { Mode::Session } else { Mode::System },
        layout: engine.layout().clone(),
        settings: engine.settings().clone(),
        engine: Arc::new(engine),
        opener: Arc::new(Reopen(options.clone())),
        clock: Arc::new(SystemClock),
        worker,
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(run(setup, stop).await?)
}

/// Opens the engine as it was opened first.
#[derive(Debug)]
struct Reopen(OpenOptions);

#[async_trait]
impl Opener for Reopen {
    async fn open(&self) -> Result<(Arc<dyn Engine>, Settings), EngineError> {
        let engine = LocalEngine::open(&self.0).await?;
        let settings = engine.settings().clone();
        Ok((Arc::new(engine), settings))
    }
}

/// Workers read the same settings of the same root, whatever this daemon found them by.
fn worker_command(root: Option<&Path>, settings: &Path) -> Result<WorkerCommand> {
    let mut arguments: Vec<OsString> = vec!["--config".into(), settings.into()];
    if let Some(root) = root {
        arguments.extend(["--root".into(), root.into()]);
    }
    Ok(WorkerCommand {
        program: std::env::current_exe().context("the own program cannot be found")?,
        arguments,
    })
}

fn real_path(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
        .with_context(|| format!("the root {} cannot be used", path.display()))
}

fn log() {
    let filter =
        EnvFilter::try_from_env("MIGASFREE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .with_target(false);
    // The journal has the time already.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        subscriber.with_ansi(false).without_time().init();
    } else {
        subscriber.with_ansi(false).init();
    }
}

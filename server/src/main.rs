//! The migasfree server's program.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use migasfree_server::app::App;
use migasfree_server::clock::SystemClock;
use migasfree_server::config::{self, LogFormat, Settings, Source};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fleet management for GNU/Linux desktops: the server.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(Flags),
    /// Look at the settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Explain every setting, its value and where that comes from; fails when one cannot be used.
    Check(Flags),
}

#[derive(Args)]
struct Flags {
    /// Settings file (TOML); without it, migasfree-server.toml in the data folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder with everything the server stores.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

impl Flags {
    fn load(self) -> Result<(Settings, Vec<config::Origin>), config::ConfigError> {
        let flags = [
            ("data", "--data", self.data),
            ("listen", "--listen", self.listen),
        ];
        config::load(&Source {
            file: self.config,
            flags: flags
                .into_iter()
                .filter_map(|(name, flag, value)| value.map(|value| (name, flag, value)))
                .collect(),
            environment: std::env::vars().collect(),
        })
    }
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(flags) => serve(flags),
        Command::Config {
            command: ConfigCommand::Check(flags),
        } => check(flags),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("migasfree-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check(flags: Flags) -> anyhow::Result<()> {
    let (settings, origins) = flags.load()?;
    print!("{}", config::explain(&settings, &origins));
    println!("All settings can be used.");
    Ok(())
}

fn serve(flags: Flags) -> anyhow::Result<()> {
    let (settings, _) = flags.load()?;
    start_log(&settings)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(run(settings))
}

fn start_log(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("log: {:?} does not say what to log", settings.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

async fn run(settings: Settings) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let app = App::start(settings, Arc::new(SystemClock)).await?;
    if let Some(admin) = &app.admin {
        println!(
            "administrator: {}  password: {}",
            admin.username, admin.password
        );
        println!("(also in {} until it is changed)", admin.file.display());
    }
    println!("listening on http://{}", app.address);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    app.stop().await;
    Ok(())
}

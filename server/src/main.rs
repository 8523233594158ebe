//! The migasfree server's program.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use migasfree_manual::{COMMANDS, run_if_asked};
use migasfree_server::{
    app::App,
    commands::{
        audit::{self, AuditCommand},
        ca::{self, CaCommand},
        token::{self, TokenCommand},
        user::{self, UserCommand},
    },
    config::{self, Flag, Loaded, LogFormat, Settings, Source},
};
use migasfree_server_db::{clock::SystemClock, random::SystemRandom};
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fleet management for GNU/Linux desktops: the server.
#[derive(Parser)]
#[command(name = "migasfree-server", version)]
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
    /// Look after the certificate authority, also while the server runs.
    Ca {
        #[command(flatten)]
        flags: Flags,
        #[command(subcommand)]
        command: CaCommand,
    },
    /// Look after accounts, also while the server runs.
    User {
        #[command(flatten)]
        flags: Flags,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Look after tokens of the REST API, also while the server runs.
    Token {
        #[command(flatten)]
        flags: Flags,
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Look after the audit, also while the server runs.
    Audit {
        #[command(flatten)]
        flags: Flags,
        #[command(subcommand)]
        command: AuditCommand,
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
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder with everything the server stores.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Any other setting; `config check` lists them.
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
}

impl Flags {
    fn load(self) -> Loaded {
        let named = [
            ("--data", "data", self.data),
            ("--listen", "listen.address", self.listen),
        ];
        let named = named
            .into_iter()
            .filter_map(|(flag, name, value)| Some((flag, name.to_owned(), value?)));
        let set = self
            .set
            .into_iter()
            .map(|(name, value)| ("--set", name, value));
        config::load(&Source {
            file: self.config,
            flags: named
                .chain(set)
                .map(|(flag, name, value)| Flag { flag, name, value })
                .collect(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        })
    }
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write it as SECTION.KEY=VALUE".to_owned())
}

fn main() -> ExitCode {
    if let Some(code) = run_if_asked(COMMANDS, Arguments::command) {
        return code;
    }
    let result = match Arguments::parse().command {
        Command::Serve(flags) => serve(flags),
        Command::Config {
            command: ConfigCommand::Check(flags),
        } => check(flags),
        Command::Ca { flags, command } => {
            on_machine(flags, async |settings| ca::run(settings, command).await)
        }
        Command::User { flags, command } => {
            on_machine(flags, async |settings| user::run(settings, command).await)
        }
        Command::Token { flags, command } => {
            on_machine(flags, async |settings| token::run(settings, command).await)
        }
        Command::Audit { flags, command } => {
            on_machine(flags, async |settings| audit::run(settings, command).await)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("migasfree-server: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what it came of, each told once.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |text, cause| {
        let cause = cause.to_string();
        if text.is_empty() {
            cause
        } else if text.contains(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}

fn check(flags: Flags) -> anyhow::Result<()> {
    let loaded = flags.load();
    say(&loaded.explain());
    for name in loaded.unknown() {
        say(&format!("{name} in the environment is not a setting.\n"));
    }
    loaded.settings()?;
    say("All settings can be used.\n");
    Ok(())
}

/// Does what has to be done beside the server, and tells of it.
fn on_machine(
    flags: Flags,
    command: impl AsyncFnOnce(&Settings) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let settings = flags.load().settings()?;
    let told = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(command(&settings))?;
    say(&told);
    Ok(())
}

fn serve(flags: Flags) -> anyhow::Result<()> {
    // Everything in the data folder is the server's alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let loaded = flags.load();
    let unknown = loaded.unknown().to_vec();
    let settings = loaded.settings()?;
    start_log(&settings)?;
    for name in unknown {
        tracing::warn!(name, "a variable of the environment is not a setting");
    }
    raise_open_files();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(run(settings))
}

/// Every connection is an open file, and what shells and units allow by default is too few of them.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "no more files may be open at the same time than so far");
    }
}

/// Tells whoever reads the standard output; nobody has to.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
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
    let app = App::start(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    if let Some(admin) = &app.admin {
        say(&format!(
            "administrator: {}  password: {}\n(also in {} until it is changed)\n",
            admin.username,
            admin.password,
            admin.file.display()
        ));
    }
    say(&format!("listening on {}\n", app.url()));
    if let Some(plain) = app.plain {
        say(&format!("beside it, on http://{plain}\n"));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = app.stop() => Ok(()),
        _ = terminate.recv() => Err(anyhow::anyhow!(HURRIED)),
        _ = interrupt.recv() => Err(anyhow::anyhow!(HURRIED)),
    }
}

const HURRIED: &str = "stopped at once, as asked: what was running is taken up at the next start";

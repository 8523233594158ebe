//! The demo: an organisation on this computer, until it is interrupted.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod computers;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Parser;
use migasfree_tests::binaries;
use migasfree_tests::bus::Bus;
use migasfree_tests::computer::Computer;
use migasfree_tests::organisation::OFFICE;
use migasfree_tests::process::Process;
use migasfree_tests::program;
use migasfree_tests::server::{Server, Start};
use migasfree_tests::session::synchronise;

/// What the demo is made of.
#[derive(Debug, Parser)]
struct Options {
    /// Where everything is kept
    #[arg(long)]
    data: PathBuf,
    /// Where the server listens
    #[arg(long)]
    listen: String,
    /// How many simulated computers there are
    #[arg(long)]
    computers: usize,
    /// Open Play
    #[arg(long)]
    play: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    program::ended(run(&Options::parse()).await)
}

async fn run(options: &Options) -> Result<()> {
    println!("\nStarting the server");
    let mut server = Start {
        listen: options.listen.clone(),
        ..Start::at(&options.data.join("server"))
    }
    .start()
    .context("is the address free? choose another one with --listen")?;
    program::once(&options.data.join("organisation"), program::found(&server)).await?;

    let fleet = computers::start(options.computers, &server, &options.data.join("fleet")).await?;

    println!("Making a computer with a Debian of its own");
    let bus = Bus::session(&options.data)?;
    let computer = Computer::make(
        &options.data.join("computer"),
        server.address(),
        OFFICE,
        "reception-01",
    )?;
    let mut daemon = computer.start_session_daemon(&bus, &options.data.join("migasfreed.log"))?;
    println!("Synchronising it");
    bus.wait_for_name("org.migasfree.Client1").await?;
    synchronise(&bus)
        .await
        .context("the first synchronisation failed")?;
    let mut play = options.play.then(|| open_play(options, &bus)).transpose()?;

    tell(options, &server, &bus, &computer)?;
    program::interrupted().await?;
    println!("\nStopping");
    fleet.abort();
    if let Some(play) = &mut play
        && play.is_running()
    {
        play.stop()?;
    }
    daemon.stop()?;
    server.process().stop()?;
    println!("Stopped. `cargo xtask demo` goes on where this ended; --fresh begins again.");
    Ok(())
}

fn open_play(options: &Options, bus: &Bus) -> Result<Process> {
    let mut command = Command::new(binaries::path("migasfree-play"));
    command
        .arg("--session")
        .env(bus.as_session().0, bus.as_session().1);
    Process::start(
        "migasfree-play",
        &mut command,
        &options.data.join("play.log"),
    )
}

fn tell(options: &Options, server: &Server, bus: &Bus, computer: &Computer) -> Result<()> {
    println!("\nReady.\n");
    println!("  admin UI     {}/", server.url());
    println!("  user         admin");
    println!("  password     {}", server.password()?);
    println!("  API          {}/api/schema/swagger-ui/", server.url());
    println!(
        "  computers    {} simulated, and one real: {}",
        options.computers,
        computer.root().display()
    );
    println!(
        "  command      DBUS_SESSION_BUS_ADDRESS='{}' \\",
        bus.address()
    );
    println!(
        "               {} --session --root {} status",
        binaries::path("migasfree").display(),
        computer.root().display()
    );
    println!(
        "  Play         {}",
        if options.play {
            "is open"
        } else {
            "needs a display (and not --no-play)"
        }
    );
    println!("  logs         {}", options.data.display());
    println!("\nCtrl C stops everything.");
    Ok(())
}

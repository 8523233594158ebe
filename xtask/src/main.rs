//! `cargo xtask …`: everything a developer, a newcomer or CI does with this repository.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod bench;
mod command;
mod demo;
mod dev;
mod node;
mod package;
mod paths;
mod soak;
mod stages;
mod system;
mod test;
mod tools;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What to do with the repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start a whole small organisation on this computer: server, fleet, daemon and Play
    Demo(demo::Options),
    /// Serve both views with quick builds, and reload them when their sources change
    Dev(dev::Options),
    /// Run every check CI runs: format, lints, unit, integration and end-to-end tests, size gates
    Test(test::Options),
    /// Measure, and print each figure beside its limit measured in the same run
    Bench(bench::Options),
    /// Crash and fuzz for as long as wanted, round after round
    Soak(soak::Options),
    /// Make packages for Debian and Fedora: server, client and Play
    Package(package::Options),
    /// Build the WebAssembly of the views and check its size
    Wasm(wasm::Options),
    /// Install the system packages that building and testing need
    Setup,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.task {
        Task::Demo(options) => demo::run(&options),
        Task::Dev(options) => dev::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Soak(options) => soak::run(&options),
        Task::Package(options) => package::run(&options),
        Task::Wasm(options) => wasm::run(&options),
        Task::Setup => system::ensure(system::Need::ALL),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

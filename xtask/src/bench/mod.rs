//! Figures beside their limits, measured in one run of optimised programs.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::stages::Stages;
use crate::wasm::View;
use crate::{command, paths, system, wasm};

/// How much to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Also with 100,000 computers
    #[arg(long)]
    full: bool,
    /// Only the native protocol, printed and written nowhere
    #[arg(long, conflicts_with = "full")]
    native: bool,
    /// Only the relay of remote support, printed and written nowhere
    #[arg(long, conflicts_with_all = ["full", "native"])]
    relay: bool,
}

/// Builds everything optimised, measures, prints the table and writes it to `docs/benchmarks.md`.
pub fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    if options.native {
        stages.run("optimised build", || build(&["server", "tests"], &[]))?;
        stages.run("measurements", || command::run(program().arg("--native")))?;
        stages.print();
        return Ok(());
    }
    if options.relay {
        stages.run("system packages", || system::ensure(&[system::Need::TEST]))?;
        stages.run("optimised build", || {
            build(&["server", "client", "tests"], &[])
        })?;
        stages.run("measurements", || command::run(program().arg("--relay")))?;
        stages.print();
        return Ok(());
    }
    stages.run("system packages", || system::ensure(system::Need::ALL))?;
    stages.run("views (WebAssembly)", || wasm::build(&View::ALL))?;
    stages.run("optimised build", build_everything)?;
    stages.run("measurements", || measure(options))?;
    stages.print();
    Ok(())
}

fn build_everything() -> Result<()> {
    build(
        &["server", "client", "play", "tests"],
        &["--features", "migasfree-server/embed-ui"],
    )
}

fn build(parts: &[&str], features: &[&str]) -> Result<()> {
    let packages = parts
        .iter()
        .map(|part| format!("--package=migasfree-{part}"));
    command::run(
        command::cargo()
            .current_dir(paths::root())
            .args(["build", "--locked", "--release", "--bins"])
            .args(packages)
            .args(features),
    )
}

fn program() -> Command {
    Command::new(paths::binary("release", "migasfree-bench"))
}

fn measure(options: &Options) -> Result<()> {
    let mut bench = program();
    bench
        .arg("--report")
        .arg(paths::root().join("docs/benchmarks.md"));
    for view in View::ALL {
        let size: u64 = wasm::sizes(view)?
            .iter()
            .filter(|(name, _)| wasm::is_first(name))
            .map(|(_, size)| size)
            .sum();
        bench.args([
            "--view",
            &format!("{}={size}={}", view.name(), view.limit()),
        ]);
    }
    if options.full {
        bench.arg("--full");
    }
    command::run(&mut bench)
}

//! Figures beside their limits, measured in one run of optimised programs.

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
}

/// Builds everything optimised, measures, prints the table and writes it to `docs/benchmarks.md`.
pub fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    stages.run("system packages", || system::ensure(system::Need::ALL))?;
    stages.run("views (WebAssembly)", || wasm::build(&View::ALL))?;
    stages.run("optimised build", build)?;
    stages.run("measurements", || measure(options))?;
    stages.print();
    Ok(())
}

fn build() -> Result<()> {
    command::run(
        command::cargo()
            .current_dir(paths::root())
            .args(["build", "--locked", "--release", "--bins"])
            .args(["--features", "migasfree-server/embed-ui"])
            .args([
                "--package",
                "migasfree-server",
                "--package",
                "migasfree-client",
            ])
            .args([
                "--package",
                "migasfree-play",
                "--package",
                "migasfree-tests",
            ]),
    )
}

fn measure(options: &Options) -> Result<()> {
    let mut bench = std::process::Command::new(paths::binary("release", "migasfree-bench"));
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

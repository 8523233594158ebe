//! The long rounds: crashes again and again, and properties with many more cases than a test run has time for.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::stages::Stages;
use crate::wasm::View;
use crate::{command, paths, system, test, wasm};

/// How long to go on.
#[derive(Debug, Args)]
pub struct Options {
    /// Begin no new round after this many minutes
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Cases of each property in a round
    #[arg(long, default_value_t = 20_000)]
    cases: u32,
}

/// What a round runs: a name, and what cargo has to be told.
const ROUND: [(&str, &[&str]); 9] = [
    (
        "server killed while publishing and uploading",
        &["--package=migasfree-tests", "--test=e2e", "crash"],
    ),
    (
        "publication killed at every step",
        &["--package=migasfree-server", "--test=server", "killed"],
    ),
    (
        "daemon killed while installing",
        &["--package=migasfree-client", "--test=daemon", "recovery"],
    ),
    (
        "apt interrupted",
        &["--package=migasfree-client", "--test=client", "interrupted"],
    ),
    ("properties of messages", &["--package=migasfree-envelope"]),
    (
        "properties of the native protocol",
        &["--package=migasfree-native"],
    ),
    ("properties of packages", &["--package=migasfree-deb"]),
    (
        "properties of the transaction policy",
        &["--package=migasfree-client-policy"],
    ),
    (
        "properties of what the client reads",
        &[
            "--package=migasfree-client-engine",
            "--package=migasfree-client-packages",
            "--lib",
        ],
    ),
];

/// Repeats the rounds until the time is over; the first failure ends them.
pub fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    let outcome = rounds(options, &mut stages);
    stages.print();
    outcome
}

fn rounds(options: &Options, stages: &mut Stages) -> Result<()> {
    stages.run("system packages", || system::ensure(system::Need::ALL))?;
    stages.run("views (WebAssembly)", || wasm::build(&View::ALL))?;
    stages.run("build", test::build)?;
    let end = Instant::now() + Duration::from_secs(options.minutes * 60);
    let mut round = 1;
    while Instant::now() < end {
        for (name, what) in ROUND {
            stages.run(&format!("round {round}: {name}"), || {
                tests(what, options.cases)
            })?;
        }
        round += 1;
    }
    if round == 1 {
        bail!("no time for a single round: give --minutes at least 1");
    }
    Ok(())
}

fn tests(what: &[&str], cases: u32) -> Result<()> {
    command::run(
        command::cargo()
            .current_dir(paths::root())
            .args(["test", "--locked"])
            .args(what)
            .env("PROPTEST_CASES", cases.to_string()),
    )
}

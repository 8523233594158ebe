//! Everything CI checks, in the order that fails soonest.

use std::io::{BufRead, BufReader};

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::node::Node;
use crate::stages::Stages;
use crate::wasm::View;
use crate::{command, package, paths, system, tools, wasm};

/// How to test.
#[derive(Debug, Args)]
pub struct Options {
    /// Run only the tests whose names contain this text
    filter: Option<String>,
    /// Leave out formatting, lints and the size gates
    #[arg(long)]
    only_tests: bool,
}

/// What the tests said.
#[derive(Debug, Default)]
struct Tally {
    passed: u64,
    failed: u64,
    /// What the failed tests wrote, and their names.
    failures: Vec<String>,
    in_failures: bool,
    failed_names: Vec<String>,
}

/// As many failures at most are tried again alone: a busy machine makes a few tests late, a fault makes many fail.
const TRIED_AGAIN: usize = 5;

/// Runs the checks and ends with a line `N passed, N failed`.
pub fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    let outcome = checks(options, &mut stages);
    stages.print();
    let tally = outcome?;
    for line in &tally.failures {
        println!("{line}");
    }
    println!(
        "\nPictures of every screen: {}",
        paths::pictures().display()
    );
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        bail!(
            "{} tests failed; their names and what they wrote are above",
            tally.failed
        );
    }
    if tally.passed == 0 {
        bail!("no test was run");
    }
    Ok(())
}

fn checks(options: &Options, stages: &mut Stages) -> Result<Tally> {
    stages.run("system packages", || system::ensure(system::Need::ALL))?;
    if !options.only_tests {
        stages.run("format", || {
            command::run(cargo().args(["fmt", "--all", "--check"]))
                .context("run `cargo fmt --all` and commit the result")
        })?;
    }
    stages.run("views (WebAssembly)", || wasm::build(&View::ALL))?;
    if !options.only_tests {
        stages.run("sizes of the views", || {
            View::ALL.into_iter().try_for_each(wasm::check_size)
        })?;
        stages.run("lints", lints)?;
        stages.run("dependencies", dependencies)?;
    }
    stages.run("build", build)?;
    stages.run("packages", || package::make("debug"))?;
    let described = if options.only_tests {
        Tally::default()
    } else {
        stages.run("OpenAPI", described)?
    };
    let views = stages.run("tests of the views", || {
        tests_of_views(options.filter.as_slice())
    })?;
    let mut tally = stages.run("tests", || {
        tests(options.filter.as_slice(), &["--no-fail-fast"])
    })?;
    if !tally.failed_names.is_empty() && tally.failed_names.len() <= TRIED_AGAIN {
        tally = stages.run("tests tried again", || again(tally))?;
    }
    for other in [described, views] {
        tally.passed += other.passed;
        tally.failed += other.failed;
        tally.failures.extend(other.failures);
    }
    Ok(tally)
}

/// Whether the answers of the built server are what its OpenAPI document says: an operation counts as a test.
fn described() -> Result<Tally> {
    let mut contract = Command::new(paths::binary("debug", "migasfree-contract"));
    contract
        .arg("--schemathesis")
        .arg(tools::schemathesis()?)
        .env("CARGO_MANIFEST_DIR", paths::root().join("tests"))
        .stdout(Stdio::piped());
    let mut child = contract
        .spawn()
        .context("migasfree-contract was not built")?;
    let output = child
        .stdout
        .take()
        .context("migasfree-contract has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        if let Some(summary) = line.strip_prefix("test result: ") {
            tally.count(summary);
        } else if line.starts_with("not as its OpenAPI document says: ") {
            tally.failures.push(line);
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        bail!("`{}` ended with {status}", command::line(&contract));
    }
    Ok(tally)
}

/// Runs the failed tests once more, one after the other. Those that pass now are named and count as passed.
fn again(mut first: Tally) -> Result<Tally> {
    let names = std::mem::take(&mut first.failed_names);
    let mut arguments = names.clone();
    arguments.extend(["--exact", "--test-threads=1"].map(str::to_owned));
    let second = tests(&arguments, &["--no-fail-fast", "--tests"])?;
    if second.passed + second.failed < names.len() as u64 {
        first.failed_names = names;
        return Ok(first);
    }
    let (late, failed): (Vec<_>, Vec<_>) =
        (names.into_iter()).partition(|name| !second.failed_names.contains(name));
    first
        .failures
        .push(format!("passed only alone: {}", late.join(", ")));
    first.failures.extend(second.failures);
    first.passed += late.len() as u64;
    first.failed = failed.len() as u64;
    first.failed_names = failed;
    Ok(first)
}

fn cargo() -> Command {
    let mut cargo = command::cargo();
    cargo.current_dir(paths::root());
    cargo
}

fn lints() -> Result<()> {
    command::run(
        cargo()
            .args(["clippy", "--locked", "--workspace", "--all-targets"])
            .args(["--features", "migasfree-server/embed-ui"])
            .args(["--", "-D", "warnings"]),
    )
}

/// Licences, banned crates and where crates come from, as `deny.toml` allows them; and no crate that nothing uses.
fn dependencies() -> Result<()> {
    let machete = tools::cargo_machete()?;
    command::run(Command::new(machete).current_dir(paths::root()))?;
    let deny = tools::cargo_deny()?;
    command::run(
        Command::new(deny)
            .args(["--offline", "check", "bans", "licenses", "sources"])
            .current_dir(paths::root()),
    )
}

/// Builds every program the tests start.
pub fn build() -> Result<()> {
    command::run(
        cargo()
            .args(["build", "--locked", "--workspace", "--bins"])
            .args([
                "--exclude",
                "migasfree-ui",
                "--exclude",
                "migasfree-play-view",
            ])
            .args(["--features", "migasfree-server/embed-ui"]),
    )
}

/// Runs the tests of the workspace, showing their output as it comes and counting as it goes.
fn tests(arguments: &[String], options: &[&str]) -> Result<Tally> {
    let mut cargo = cargo();
    cargo
        .args(["test", "--locked", "--workspace"])
        .args(options)
        .args([
            "--exclude",
            "migasfree-ui",
            "--exclude",
            "migasfree-play-view",
        ])
        .args(["--features", "migasfree-server/embed-ui"])
        .arg("--")
        .args(arguments);
    counted(cargo)
}

/// The same of what the views can tell without a browser. They are compiled for this machine apart from the rest, whose
/// libraries would get the features that only views need.
fn tests_of_views(arguments: &[String]) -> Result<Tally> {
    let mut cargo = cargo();
    cargo
        .args(["test", "--locked", "--no-fail-fast", "--bins"])
        .args(["-p", "migasfree-ui", "-p", "migasfree-play-view", "--"])
        .args(arguments);
    counted(cargo)
}

fn counted(mut cargo: Command) -> Result<Tally> {
    cargo
        .env("MIGASFREE_PICTURES", paths::pictures())
        .env("MIGASFREE_NODE", Node::ready()?.program())
        // What a test says of its failure stands before the frames of the harness, and must not be lost among them.
        .envs([("RUST_BACKTRACE", "0"), ("RUST_LIB_BACKTRACE", "0")])
        .stdout(Stdio::piped());
    let mut child = cargo.spawn().context("could not start cargo test")?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        tally.read(&line);
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        bail!("`{}` ended with {status}", command::line(&cargo));
    }
    Ok(tally)
}

impl Tally {
    /// Keeps what libtest tells of failures, and adds up its summaries: `test result: ok. 12 passed; 0 failed; …`.
    fn read(&mut self, line: &str) {
        if let Some(summary) = line.strip_prefix("test result: ") {
            self.in_failures = false;
            self.count(summary);
            return;
        }
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|line| line.strip_suffix(" ... FAILED"))
        {
            self.failed_names.push(name.to_owned());
        }
        self.in_failures |= line == "failures:";
        if self.in_failures {
            self.failures.push(line.to_owned());
        }
    }

    fn count(&mut self, summary: &str) {
        for part in summary.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(kind)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match kind {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

//! Whether the answers of the real server are what its OpenAPI document says.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Parser;
use migasfree_tests::admin::Admin;
use migasfree_tests::binaries;
use migasfree_tests::fleet::{Fleet, Options as FleetOptions};
use migasfree_tests::organisation::{OFFICE, Organisation};
use migasfree_tests::program;
use migasfree_tests::server::{Server, Start};
use serde_json::Value;

/// What to compare with.
#[derive(Debug, Parser)]
struct Options {
    /// The program schemathesis
    #[arg(long)]
    schemathesis: PathBuf,
    /// What else it is told
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(false) => ExitCode::FAILURE,
        outcome => program::ended(outcome.map(|_| ())),
    }
}

async fn run(options: &Options) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let server = Start {
        // One caller asks more in a minute than people do.
        settings: vec![
            ("MIGASFREE_RATE_ANONYMOUS", "0"),
            ("MIGASFREE_RATE_OPERATOR", "0"),
            ("MIGASFREE_LOGIN_FAILURES", "0"),
            ("MIGASFREE_NEW_PROJECTS_PER_ADDRESS", "0"),
        ],
        ..Start::at(&folder.path().join("server"))
    }
    .start()?;
    let admin = server.admin().await?;
    fill(&admin, &server).await?;
    let passed = compare(options, &server, &admin, folder.path())?;
    // Refusals count as answers: without its account everything would pass.
    admin
        .get("user-profiles/")
        .await
        .context("the account that compares was lost on the way, so most was not compared")?;
    Ok(passed)
}

/// Rows in as many tables as possible.
async fn fill(admin: &Admin, server: &Server) -> Result<()> {
    println!("Founding an organisation");
    Organisation::create(admin, |what| println!("  {what}")).await?;
    println!("  computers");
    let mut fleet = Fleet::new(&FleetOptions {
        packages: 20,
        // One after the other, so that rows get the same ids in every run.
        concurrency: 1,
        ..FleetOptions::of_project(server.url(), OFFICE, 4)
    });
    fleet.register().await?;
    fleet.synchronise().await?;
    Ok(())
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection";

fn compare(options: &Options, server: &Server, admin: &Admin, folder: &Path) -> Result<bool> {
    let own = binaries::checkout().join("tests/schemathesis");
    let report = folder.join("report.json");
    let status = Command::new(&options.schemathesis)
        .arg("--config-file")
        .arg(own.join("schemathesis.toml"))
        .args([
            "run",
            "--no-color",
            "--continue-on-failure",
            "--no-shrink",
            "--warnings",
            "off",
        ])
        .args(["--phases", "fuzzing", "--mode", "all"])
        .args(["--checks", CHECKS])
        .arg(format!("{}/api/schema/?format=json", server.url()))
        .arg("--report-json-path")
        .arg(&report)
        .args(&options.arguments)
        .env("MIGASFREE_URL", server.url())
        .env(
            "MIGASFREE_TOKEN",
            admin.authorization().trim_start_matches("Token "),
        )
        .env("SCHEMATHESIS_HOOKS", own.join("hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Whatever it keeps goes with the folder.
        .current_dir(folder)
        .status()
        .context("schemathesis could not be started")?;
    let ended = matches!(status.code(), Some(0 | 1));
    if !ended {
        bail!("schemathesis ended with {status}");
    }
    tell(&report, status.success())
}

/// One line as tests end with: operations that kept to the document, and those that did not.
fn tell(report: &Path, passed: bool) -> Result<bool> {
    let report: Value = serde_json::from_slice(&std::fs::read(report)?)?;
    let tested = report["operations"]["tested"]
        .as_u64()
        .context("the report does not say how many operations were tested")?;
    let failures = report["failures"].as_array().into_iter().flatten();
    let broken: BTreeSet<&str> = failures
        .flat_map(|failure| failure["operations"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    // An error names no operation, and is a failure all the same.
    let failed = broken.len().max(usize::from(!passed)) as u64;
    for operation in &broken {
        println!("not as its OpenAPI document says: {operation}");
    }
    println!(
        "test result: {}. {} passed; {failed} failed;",
        if passed { "ok" } else { "FAILED" },
        tested.saturating_sub(failed)
    );
    Ok(passed)
}

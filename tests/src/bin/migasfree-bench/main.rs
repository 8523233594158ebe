//! The benchmarks: figures of the real programs, each beside its limit, measured in one run.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod computers;
mod machine;
mod packages;
mod play;
mod publishing;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use migasfree_tests::server::Start;
use table::{Limit, Row, markdown};

/// What to measure and where to write it.
#[derive(Debug, Parser)]
struct Options {
    /// Where the table goes
    #[arg(long)]
    report: PathBuf,
    /// A view's name, its bytes on the wire and its limit: `NAME=BYTES=LIMIT`
    #[arg(long)]
    view: Vec<String>,
    /// Also with 100,000 computers
    #[arg(long)]
    full: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let mut server = Start {
        // One operator uploads more in a minute than people do.
        settings: vec![("MIGASFREE_RATE_OPERATOR", "0")],
        ..Start::at(&folder.path().join("server"))
    }
    .start()?;
    let admin = server.admin().await?;

    let mut rows = publishing::measure(&admin).await?;
    rows.extend(computers::synchronisations(&admin, &mut server).await?);
    rows.extend(computers::lists(&admin, &mut server, 10_000).await?);
    if options.full {
        rows.extend(computers::lists(&admin, &mut server, 100_000).await?);
    }
    rows.extend(play::measure(folder.path(), &server).await?);
    for view in &options.view {
        rows.push(size(view)?);
    }

    let table = markdown(&rows);
    println!("\n{}\n\n{table}", machine::describe());
    std::fs::write(&options.report, report(&table)).context("the report could not be written")
}

fn size(view: &str) -> Result<Row> {
    let mut parts = view.split('=');
    let name = parts.next().context("name of the view")?;
    let mut kibibytes = || -> Result<f64> {
        let bytes: f64 = parts.next().context("NAME=BYTES=LIMIT")?.parse()?;
        Ok(bytes / 1024.0)
    };
    let (figure, limit) = (kibibytes()?, kibibytes()?);
    Ok(Row::new(
        format!("{name}, compressed"),
        figure,
        "KiB",
        Limit::AtMost(limit),
    )
    .remark("everything the first page may load, fonts included"))
}

fn report(table: &str) -> String {
    format!(
        "# Benchmarks\n\n`cargo xtask bench` measures the optimised programs on this machine, the load beside them, and writes \
         this page.\n\n{} · {}\n\n{table}",
        machine::today(),
        machine::describe()
    )
}

//! The benchmarks: figures of the real programs, each beside its limit, measured in one run.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod computers;
mod floor;
mod machine;
mod native;
mod packages;
mod play;
mod publishing;
mod relay;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use migasfree_tests::server::Start;
use table::{Limit, Row, markdown};

/// One operator uploads more in a minute than people do, and one address has more computers.
const UNLIMITED: [(&str, &str); 4] = [
    ("MIGASFREE_RATE_OPERATOR", "0"),
    ("MIGASFREE_RATE_COMPUTERS", "0"),
    ("MIGASFREE_NEW_COMPUTERS_PER_ADDRESS", "0"),
    ("MIGASFREE_NEW_COMPUTERS_PER_PROJECT", "0"),
];

/// What to measure and where to write it.
#[derive(Debug, Parser)]
struct Options {
    /// Where the table goes, beside the terminal
    #[arg(long)]
    report: Option<PathBuf>,
    /// Serve empty answers with the keys in this folder, for comparison
    #[arg(long)]
    floor: Option<PathBuf>,
    /// Only the synchronisations
    #[arg(long)]
    synchronisations: bool,
    /// Only the native protocol
    #[arg(long, conflicts_with_all = ["synchronisations", "full"])]
    native: bool,
    /// Only the relay of remote support
    #[arg(long, conflicts_with_all = ["synchronisations", "full", "native"])]
    relay: bool,
    /// Relay with what is in this folder, for measuring
    #[arg(long)]
    relay_serve: Option<PathBuf>,
    /// Where to, for measuring
    #[arg(long, default_value = "127.0.0.1")]
    relay_address: String,
    /// Be the computer behind this relay, for measuring
    #[arg(long)]
    lossy_computer: Option<String>,
    /// Be the operator at this relay, for measuring
    #[arg(long, requires = "lossy_direct")]
    lossy_operator: Option<String>,
    /// Where the computer is reached without a relay
    #[arg(long)]
    lossy_direct: Option<String>,
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
    if let Some(keys) = &options.floor {
        return floor::serve(keys, computers::PROJECT).await;
    }
    if let Some(folder) = &options.relay_serve {
        return relay::serve(folder, &options.relay_address).await;
    }
    if let Some(relay) = &options.lossy_computer {
        return relay::computer(relay).await;
    }
    if let (Some(relay), Some(direct)) = (&options.lossy_operator, &options.lossy_direct) {
        return relay::operator(relay, direct).await;
    }
    let folder = tempfile::tempdir()?;
    let mut rows = Vec::new();
    if !options.synchronisations && !options.native {
        rows.extend(relay::measure(folder.path()).await?);
    }
    if !options.native && !options.relay {
        rows.extend(everything_else(&options, folder.path()).await?);
    }
    if !options.synchronisations && !options.relay {
        rows.extend(native::measure(folder.path()).await?);
    }
    for view in &options.view {
        rows.push(size(view)?);
    }

    let table = markdown(&rows);
    println!("\n{}\n\n{table}", machine::describe());
    match &options.report {
        Some(path) => {
            std::fs::write(path, report(&table)).context("the report could not be written")
        }
        None => Ok(()),
    }
}

/// What has to do with neither the native protocol nor the sizes of the views.
async fn everything_else(options: &Options, folder: &Path) -> Result<Vec<Row>> {
    let mut server = Start {
        settings: UNLIMITED.to_vec(),
        ..Start::at(&folder.join("server"))
    }
    .start()?;
    let admin = server.admin().await?;

    let mut rows = Vec::new();
    if !options.synchronisations {
        rows.extend(publishing::measure(&admin).await?);
    }
    rows.extend(computers::synchronisations(&admin, &mut server).await?);
    rows.extend(computers::on_postgres(folder).await?);
    if !options.synchronisations {
        rows.extend(computers::lists(&admin, &mut server, 10_000).await?);
        if options.full {
            rows.extend(computers::lists(&admin, &mut server, 100_000).await?);
        }
        rows.extend(play::measure(folder, &server).await?);
    }
    Ok(rows)
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

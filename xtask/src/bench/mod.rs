//! Figures beside their limits, measured in one run.

use anyhow::{Result, bail};
use clap::Args;

/// How much to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Also the long measurements
    #[arg(long)]
    full: bool,
}

/// Measures and prints the table.
pub fn run(options: &Options) -> Result<()> {
    bail!("{options:?}")
}

//! A whole small organisation on this computer.

use anyhow::{Result, bail};
use clap::Args;

/// How to start the demo.
#[derive(Debug, Args)]
pub struct Options {
    /// Forget the last demo and begin again
    #[arg(long)]
    fresh: bool,
}

/// Starts the demo and keeps it running until it is interrupted.
pub fn run(options: &Options) -> Result<()> {
    bail!("{options:?}")
}

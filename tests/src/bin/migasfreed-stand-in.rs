//! Plays the daemon on the session bus, for looking at Play by hand:
//! `dbus-run-session sh -c 'migasfreed-stand-in & migasfree-play --session'`.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

use anyhow::{Context, Result};
use clap::Parser;
use migasfree_tests::stand_in::{Scene, StandIn};

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    scene: Scene,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let bus = std::env::var("DBUS_SESSION_BUS_ADDRESS").context("there is no session bus")?;
    let _stand_in = StandIn::start(&bus, options.scene).await?;
    println!("ready");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

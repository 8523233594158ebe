//! A whole small organisation on this computer.

use std::env;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::wasm::View;
use crate::{command, paths, system, wasm};

/// How to start the demo.
#[derive(Debug, Args)]
pub struct Options {
    /// Forget the last demo and begin again
    #[arg(long)]
    fresh: bool,
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// How many simulated computers there are
    #[arg(long, default_value_t = 200)]
    computers: usize,
    /// Leave Play closed even when there is a display
    #[arg(long)]
    no_play: bool,
}

/// Builds what the demo needs, starts it and keeps it running until it is interrupted.
pub fn run(options: &Options) -> Result<()> {
    let play = !options.no_play && has_display();
    system::ensure(&[system::Need::BUILD, system::Need::DEMO])?;
    if play {
        system::ensure(&[system::Need::PLAY])?;
    }
    let views: &[View] = if play { &View::ALL } else { &[View::Ui] };
    wasm::build(views)?;
    build(play)?;

    let data = paths::data(paths::root().join("target/demo"), options.fresh)?;
    let mut demo = Command::new(paths::binary("debug", "migasfree-demo"));
    demo.arg("--data")
        .arg(&data)
        .args(["--listen", &options.listen])
        .args(["--computers", &options.computers.to_string()]);
    if play {
        demo.arg("--play");
    }
    command::run(&mut demo)
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn build(play: bool) -> Result<()> {
    println!(
        "Compiling the server, the client{}",
        if play { " and Play" } else { "" }
    );
    let mut cargo = command::cargo();
    cargo
        .current_dir(paths::root())
        .args([
            "build",
            "--locked",
            "--bins",
            "--features",
            "migasfree-server/embed-ui",
        ])
        .args([
            "--package",
            "migasfree-server",
            "--package",
            "migasfree-client",
        ])
        .args(["--package", "migasfree-tests"]);
    if play {
        cargo.args(["--package", "migasfree-play"]);
    }
    command::run(&mut cargo)
}

//! What somebody who works on the views looks at: both views in the browser, with a server behind the admin UI and a
//! stand-in of the daemon behind Play. `cargo xtask dev` builds and starts it.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]

mod forward;
mod play;
mod site;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use axum::Router;
use clap::Parser;
use migasfree_tests::bus::Bus;
use migasfree_tests::fleet::{Fleet, Options as FleetOptions};
use migasfree_tests::program;
use migasfree_tests::server::{Server, Start};
use migasfree_tests::stand_in::{Scene, StandIn};
use tokio::net::TcpListener;

/// What is shown, and what is behind it.
#[derive(Debug, Parser)]
struct Options {
    /// Where everything is kept
    #[arg(long)]
    data: PathBuf,
    /// The folder with the built views, each in a folder with the name of its crate
    #[arg(long)]
    views: PathBuf,
    /// Where the admin UI is
    #[arg(long)]
    ui: String,
    /// Where the view of Play is
    #[arg(long)]
    play: String,
    /// How many simulated computers the server knows
    #[arg(long)]
    computers: usize,
    #[command(flatten)]
    scene: Scene,
}

#[tokio::main]
async fn main() -> ExitCode {
    program::ended(run(&Options::parse()).await)
}

async fn run(options: &Options) -> Result<()> {
    tokio::select! {
        outcome = show(options) => outcome,
        outcome = program::interrupted() => outcome,
    }
}

async fn show(options: &Options) -> Result<()> {
    let ui = listen(&options.ui).await?;
    let play = listen(&options.play).await?;
    let server = Start::at(&options.data.join("server"))
        .start()
        .context("`cargo xtask dev --fresh` begins again with an empty server")?;
    program::once(&options.data.join("filled"), fill(options, &server)).await?;
    let bus = Bus::session(&options.data)?;
    let _stand_in = StandIn::start(bus.address(), options.scene.clone()).await?;

    let view = |name: &str| options.views.join(name);
    let ui_site = site::before_server(view("migasfree-ui"), server.address());
    let play_site = site::with_shell(view("migasfree-play-view"), play::shell(bus.address()));
    println!("\nadmin UI  http://{}/", ui.local_addr()?);
    println!("          user admin, password {}", server.password()?);
    println!("Play      http://{}/", play.local_addr()?);
    println!("Ctrl C stops everything.");
    tokio::try_join!(serve(ui, ui_site), serve(play, play_site))?;
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("could not listen on {address}"))
}

async fn serve(listener: TcpListener, site: Router) -> Result<()> {
    Ok(axum::serve(listener, site).await?)
}

async fn fill(options: &Options, server: &Server) -> Result<()> {
    program::found(server).await?;
    add_computers(options.computers, server).await
}

async fn add_computers(computers: usize, server: &Server) -> Result<()> {
    if computers == 0 {
        return Ok(());
    }
    println!("  {computers} computers");
    let mut fleet = Fleet::new(&FleetOptions::of_organisation(server.url(), computers));
    fleet.register().await.context("registration")?;
    fleet.synchronise().await.context("synchronisation")?;
    fleet.ask_for_applications().await.context("requests")?;
    Ok(())
}

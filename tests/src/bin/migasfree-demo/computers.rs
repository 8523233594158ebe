//! The simulated computers: they register and synchronise through the real protocol, and go on doing so.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use migasfree_tests::fleet::{Fleet, Options as FleetOptions};
use migasfree_tests::server::Server;
use tokio::task::JoinHandle;

/// Time between two synchronisations, so that there is something to watch.
const PAUSE: Duration = Duration::from_secs(3);

/// Synchronises every computer once, then keeps them coming one by one until aborted. Computers that
/// an earlier start made, as `done` tells, keep nobody waiting.
pub async fn start(computers: usize, server: &Server, done: &Path) -> Result<JoinHandle<()>> {
    let mut fleet = Fleet::new(&FleetOptions::of_organisation(server.url(), computers));
    if made(done) < computers {
        println!("Registering and synchronising {computers} computers");
        fleet.register().await.context("registration")?;
        let pace = fleet.synchronise().await.context("synchronisation")?;
        println!("  {:.1} synchronisations per second", pace.per_second());
        fleet.ask_for_applications().await.context("requests")?;
        fs::write(done, computers.to_string())?;
        return Ok(tokio::spawn(keep_coming(fleet)));
    }
    println!("Taking up {computers} computers");
    Ok(tokio::spawn(async move {
        match fleet.register().await {
            Ok(_) => keep_coming(fleet).await,
            Err(error) => eprintln!("the simulated computers are gone: {error:#}"),
        }
    }))
}

fn made(done: &Path) -> usize {
    fs::read_to_string(done)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or_default()
}

async fn keep_coming(mut fleet: Fleet) {
    loop {
        for peer in fleet.peers_mut() {
            tokio::time::sleep(PAUSE).await;
            peer.fetches_packages = false;
            if let Err(error) = peer.synchronise().await {
                eprintln!("{}: {error:#}", peer.machine.name);
            }
        }
        if fleet.peers().is_empty() {
            return;
        }
    }
}

//! The simulated computers: they register and synchronise through the real protocol, and go on doing so.

use std::time::Duration;

use anyhow::{Context, Result};
use migasfree_tests::fleet::{Fleet, Options as FleetOptions};
use migasfree_tests::organisation::PROJECTS;
use migasfree_tests::server::Server;
use tokio::task::JoinHandle;

/// Time between two synchronisations, so that there is something to watch.
const PAUSE: Duration = Duration::from_secs(3);
/// Installed packages of each computer.
const PACKAGES: usize = 950;

/// Synchronises every computer once, then keeps them coming one by one until aborted.
pub async fn start(computers: usize, server: &Server) -> Result<JoinHandle<()>> {
    println!("Registering and synchronising {computers} computers");
    let mut fleet = Fleet::new(&FleetOptions {
        url: server.url().to_owned(),
        projects: PROJECTS
            .iter()
            .map(|(name, share)| ((*name).to_owned(), *share))
            .collect(),
        computers,
        packages: PACKAGES,
        seed: 1,
        concurrency: 4,
    });
    fleet.register().await.context("registration")?;
    let pace = fleet.synchronise().await.context("synchronisation")?;
    println!("  {:.1} synchronisations per second", pace.per_second());
    Ok(tokio::spawn(keep_coming(fleet)))
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

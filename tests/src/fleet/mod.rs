//! A fleet of simulated computers that register and synchronise through the real protocol.

mod machines;
mod native;
mod prebuilt;
pub(crate) mod random;
mod requests;
mod software;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::organisation::PROJECTS;
use crate::peer::Peer;

pub use native::{NativeFleet, keeping_connections};
pub use prebuilt::{Prebuilt, Request};

/// What a fleet is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address of the server.
    pub url: String,
    /// Projects, and how many computers of a hundred are in each.
    pub projects: Vec<(String, usize)>,
    /// Computers in all.
    pub computers: usize,
    /// Packages installed on each.
    pub packages: usize,
    /// The same number makes the same fleet.
    pub seed: u64,
    /// Calls on their way at the same time.
    pub concurrency: usize,
}

impl Options {
    /// `computers` of all projects of the organisation; the same ones each time.
    #[must_use]
    pub fn of_organisation(url: &str, computers: usize) -> Self {
        Self {
            projects: PROJECTS
                .iter()
                .map(|(name, share)| ((*name).to_owned(), *share))
                .collect(),
            concurrency: 4,
            ..Self::of_project(url, "", computers)
        }
    }

    /// `computers` of one project with 950 packages each.
    #[must_use]
    pub fn of_project(url: &str, project: &str, computers: usize) -> Self {
        Self {
            url: url.to_owned(),
            projects: vec![(project.to_owned(), 100)],
            computers,
            packages: 950,
            seed: 1,
            concurrency: 8,
        }
    }
}

/// Computers and their connections to a server.
#[derive(Debug)]
pub struct Fleet {
    peers: Vec<Peer>,
    concurrency: usize,
}

/// How fast something went.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How often it was done.
    pub count: usize,
    /// How long all of it took.
    pub elapsed: Duration,
}

impl Pace {
    /// Times per second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

impl Fleet {
    /// Makes the computers; nothing is sent yet.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let peers = (0..options.computers).map(|index| {
            let project = project_of(index, &options.projects);
            let machine = machines::machine(options.seed, index, project, options.packages);
            Peer::new(&options.url, project, machine)
        });
        Self {
            peers: peers.collect(),
            concurrency: options.concurrency.max(1),
        }
    }

    /// The computers.
    #[must_use]
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// The computers, to change them.
    pub fn peers_mut(&mut self) -> &mut [Peer] {
        &mut self.peers
    }

    /// Registers every computer.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn register(&mut self) -> Result<Pace> {
        self.each(async |peer| peer.register("", "").await.map(|_| ()))
            .await
    }

    /// Synchronises every computer. Mandatory packages count as installed without being fetched.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn synchronise(&mut self) -> Result<Pace> {
        self.each(async |peer| {
            peer.fetches_packages = false;
            peer.synchronise().await.map(|_| ())
        })
        .await
    }

    /// Runs something for every computer, as many at a time as the options say.
    async fn each(&mut self, run: impl AsyncFn(&mut Peer) -> Result<()>) -> Result<Pace> {
        let started = Instant::now();
        let count = self.peers.len();
        let lanes = self.concurrency;
        let mut rest = self.peers.as_mut_slice();
        let mut running = futures_util::stream::FuturesUnordered::new();
        loop {
            while running.len() < lanes {
                let Some((peer, tail)) = std::mem::take(&mut rest).split_first_mut() else {
                    break;
                };
                rest = tail;
                running.push(async { run(peer).await.with_context(|| peer.machine.name.clone()) });
            }
            match futures_util::StreamExt::next(&mut running).await {
                Some(done) => done?,
                None => break,
            }
        }
        Ok(Pace {
            count,
            elapsed: started.elapsed(),
        })
    }
}

/// Spreads computers over projects by their shares, evenly mixed.
fn project_of(index: usize, projects: &[(String, usize)]) -> &str {
    let total: usize = projects.iter().map(|(_, share)| share).sum();
    let mut place = index * 37 % total.max(1);
    for (name, share) in projects {
        if place < *share {
            return name;
        }
        place -= share;
    }
    projects.first().map_or("", |(name, _)| name)
}

/// Sends requests that were sealed beforehand, as fast as the server answers them.
///
/// # Errors
/// The first request that is not accepted.
pub async fn send(url: &str, scripts: Vec<Prebuilt>, concurrency: usize) -> Result<Pace> {
    let transport = crate::peer::Transport::keeping_connections(url);
    let lanes = Arc::new(Semaphore::new(concurrency.max(1)));
    let count = scripts.len();
    let started = Instant::now();
    let mut running = JoinSet::new();
    for script in scripts {
        let lane = Arc::clone(&lanes).acquire_owned().await?;
        let transport = transport.clone();
        running.spawn(async move {
            let sent = script.send(&transport).await;
            drop(lane);
            sent
        });
    }
    while let Some(sent) = running.join_next().await {
        sent??;
    }
    Ok(Pace {
        count,
        elapsed: started.elapsed(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_the_same_every_time_and_no_two_computers_are_alike() {
        let options = Options {
            projects: vec![("office".to_owned(), 70), ("school".to_owned(), 30)],
            ..Options::of_project("http://server", "office", 200)
        };
        let (one, two) = (Fleet::new(&options), Fleet::new(&options));
        let mut uuids = std::collections::HashSet::new();
        let mut names = std::collections::HashSet::new();
        for (peer, again) in one.peers().iter().zip(two.peers()) {
            assert_eq!(peer.machine.uuid, again.machine.uuid);
            assert_eq!(peer.machine.packages, again.machine.packages);
            assert_eq!(peer.machine.packages.len(), 950);
            assert!(uuids.insert(&peer.machine.uuid) && names.insert(&peer.machine.name));
        }
        let school = one
            .peers()
            .iter()
            .filter(|peer| peer.project == "school")
            .count();
        assert_eq!(school, 60);
    }
}

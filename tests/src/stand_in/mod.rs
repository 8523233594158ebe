//! A daemon that plays a part: the interface of `migasfreed` with a scripted life behind it, for the states that a
//! real one is rarely in and for catalogues of any length.

mod catalog;
mod computer;
mod job;
mod manager;
mod packages;
mod scene;
mod stock;
mod tags;
mod work;
mod world;

use std::sync::Arc;

use anyhow::{Context, Result};
use migasfree_dbus::names::{BUS_NAME, ROOT_PATH};
use migasfree_dbus::{AppState, RequestState};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, conn};

pub use scene::Scene;
pub use world::World;

/// The daemon's interface on a bus, until it is dropped.
#[derive(Debug)]
pub struct StandIn {
    connection: Connection,
    world: Arc<World>,
}

impl StandIn {
    /// Takes the daemon's name on the bus at `address`.
    pub async fn start(address: &str, scene: Scene) -> Result<Self> {
        let world = Arc::new(World::new(scene));
        let connection = conn::Builder::address(address)
            .serve_at(ROOT_PATH, manager::Manager(world.clone()))
            .serve_at(ROOT_PATH, catalog::Catalog(world.clone()))
            .serve_at(ROOT_PATH, computer::Computer(world.clone()))
            .serve_at(ROOT_PATH, packages::Packages(world.clone()))
            .serve_at(ROOT_PATH, tags::Tags(world.clone()))
            .name(BUS_NAME)
            .build()
            .await
            .context("the daemon's name")?;
        work::recall(&connection, &world).await?;
        Ok(Self { connection, world })
    }

    /// What the scene knows.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Has the catalogue change: an application is in another state than it was said to be.
    pub async fn change_catalogue(&self, app: &str, state: AppState) -> Result<()> {
        self.world.set_state(app, state);
        let emitter = SignalEmitter::new(&self.connection, ROOT_PATH)?;
        Ok(catalog::Catalog::changed(&emitter, 2, Vec::new()).await?)
    }

    /// Has the organisation decide about the requests for an application, which is in another state then.
    pub async fn decide(
        &self,
        app: &str,
        decision: RequestState,
        comment: &str,
        state: AppState,
    ) -> Result<()> {
        self.world.decide(app, decision, comment);
        self.change_catalogue(app, state).await
    }

    /// Gives the name back, as a daemon that stops does.
    pub async fn stop(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

//! The objects on the bus. Each file is one interface; all of them are thin fronts of [`Core`].

mod announce;
mod catalog;
mod computer;
mod config;
mod job;
mod manager;
mod objects;
mod packages;
pub(super) mod properties;
mod requests;
mod tags;

use std::sync::Arc;

use migasfree_dbus::names::ROOT_PATH;
use zbus::Connection;

use super::core::Core;

/// Puts all objects on a connection; `system` says that it is one to the system bus. Take the name after this.
pub async fn serve(core: &Arc<Core>, connection: &Connection, system: bool) -> zbus::Result<()> {
    let server = connection.object_server();
    let shared = || Arc::clone(core);
    server.at(ROOT_PATH, objects::Objects(shared())).await?;
    server.at(ROOT_PATH, manager::Manager(shared())).await?;
    server
        .at(ROOT_PATH, catalog::CatalogObject(shared()))
        .await?;
    server.at(ROOT_PATH, packages::Packages(shared())).await?;
    server.at(ROOT_PATH, tags::Tags(shared())).await?;
    server.at(ROOT_PATH, computer::Computer(shared())).await?;
    server.at(ROOT_PATH, config::Config(shared())).await?;
    core.signals.connect(connection.clone(), system);
    for id in core.jobs.unfinished() {
        core.signals.job_added(core, id).await;
    }
    Ok(())
}

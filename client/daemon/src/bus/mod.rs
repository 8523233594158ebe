//! The objects on the bus. Each file is one interface, a thin front of the services it uses; `announce` tells what happened.

mod announce;
mod asked;
mod catalog;
mod computer;
mod config;
mod job;
mod manager;
mod objects;
mod overview;
mod packages;
mod remote;
mod requests;
mod support;
mod tags;

use std::sync::Arc;

use migasfree_dbus::names::ROOT_PATH;
use zbus::Connection;

use super::core::Core;
use super::news::Happened;
use super::plan::Planner;

use announce::Announcer;
use catalog::CatalogObject;
use computer::Computer;
use config::Config;
use manager::Manager;
use objects::Objects;
use overview::Overview;
use packages::Packages;
use remote::RemoteObject;
use support::SupportObject;
use tags::Tags;

/// Puts all objects on a connection; `system` says that it is one to the system bus. Take the name after this.
pub async fn serve(core: &Core, connection: &Connection, system: bool) -> zbus::Result<()> {
    let server = connection.object_server();
    let objects = Objects(Arc::clone(&core.signals));
    server.at(ROOT_PATH, objects).await?;
    server.at(ROOT_PATH, core.manager()).await?;
    server.at(ROOT_PATH, core.catalog_object()).await?;
    server.at(ROOT_PATH, core.packages()).await?;
    server.at(ROOT_PATH, core.tags()).await?;
    server.at(ROOT_PATH, core.computer_object()).await?;
    server.at(ROOT_PATH, core.config()).await?;
    server.at(ROOT_PATH, core.remote_object()).await?;
    server.at(ROOT_PATH, core.support_object()).await?;
    core.signals.connect(connection.clone(), system);
    core.news.listen(Arc::new(core.announcer()));
    for id in core.jobs.unfinished() {
        core.news.tell(Happened::JobAdded(id)).await;
    }
    Ok(())
}

/// What each of them is given.
impl Core {
    fn overview(&self) -> Overview {
        Overview {
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
            schedule: Arc::clone(&self.schedule),
            jobs: Arc::clone(&self.jobs),
            catalog: Arc::clone(&self.catalog),
        }
    }

    fn announcer(&self) -> Announcer {
        Announcer {
            overview: self.overview(),
            access: Arc::clone(&self.access),
            ending: self.ending.clone(),
            signals: Arc::clone(&self.signals),
        }
    }

    fn manager(&self) -> Manager {
        Manager {
            overview: self.overview(),
            access: Arc::clone(&self.access),
            settings: self.settings.clone(),
            desk: self.desk.clone(),
            planner: self.planner(),
            questions: Arc::clone(&self.questions),
            quiet: self.quiet.clone(),
            holds: Arc::clone(&self.holds),
            actions: self.actions.clone(),
            news: self.news.clone(),
        }
    }

    fn planner(&self) -> Planner {
        Planner {
            access: Arc::clone(&self.access),
            computer: Arc::clone(&self.computer),
            catalog: Arc::clone(&self.catalog),
            questions: Arc::clone(&self.questions),
        }
    }

    fn catalog_object(&self) -> CatalogObject {
        CatalogObject {
            access: Arc::clone(&self.access),
            catalog: Arc::clone(&self.catalog),
            requests: Arc::clone(&self.requests),
            jobs: Arc::clone(&self.jobs),
            computer: Arc::clone(&self.computer),
            stock: self.stock.clone(),
            courier: self.courier.clone(),
        }
    }

    fn packages(&self) -> Packages {
        Packages {
            access: Arc::clone(&self.access),
            computer: Arc::clone(&self.computer),
            catalog: Arc::clone(&self.catalog),
            jobs: Arc::clone(&self.jobs),
            questions: Arc::clone(&self.questions),
            stock: self.stock.clone(),
        }
    }

    fn tags(&self) -> Tags {
        Tags {
            access: Arc::clone(&self.access),
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
            settings: self.settings.clone(),
            desk: self.desk.clone(),
        }
    }

    fn computer_object(&self) -> Computer {
        Computer {
            access: Arc::clone(&self.access),
            computer: Arc::clone(&self.computer),
            known: Arc::clone(&self.known),
        }
    }

    fn remote_object(&self) -> RemoteObject {
        RemoteObject {
            access: Arc::clone(&self.access),
            settings: self.settings.clone(),
            remote: self.remote.clone(),
            actions: self.actions.clone(),
        }
    }

    fn support_object(&self) -> SupportObject {
        SupportObject {
            access: Arc::clone(&self.access),
            remote: self.remote.clone(),
            actions: self.actions.clone(),
        }
    }

    fn config(&self) -> Config {
        Config {
            access: Arc::clone(&self.access),
            computer: Arc::clone(&self.computer),
            settings: self.settings.clone(),
        }
    }
}

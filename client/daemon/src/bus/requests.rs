//! From the arguments of a call to the job it asks for, and who may ask.

use migasfree_dbus::{Action, CallOptions, Error};
use zbus::OwnedObjectPath;
use zbus::message::Header;

use super::asked::{AppChange, Asked, INSTALLING, queue};
use super::manager::Manager;
use crate::access::{Caller, check_ids, check_names};
use crate::catalog::package_names;
use crate::error::bus_error;
use crate::jobs::{AppRef, Task};
use crate::offered::offered;
use crate::pms::PackageName;
use crate::sync::EngineError;
use crate::texts::Text;

/// The applications of a call.
struct Named {
    apps: Vec<AppRef>,
    names: Vec<String>,
    /// How many packages they are.
    packages: usize,
    /// Whether one of them is of level A.
    admin: bool,
}

impl Named {
    fn asked(self, change: &AppChange, task: impl FnOnce(Vec<AppRef>) -> Task) -> Asked {
        let right = if self.admin {
            change.admin_right
        } else {
            change.right
        };
        Asked::new(right, task(self.apps)).about(&self.names, self.packages)
    }
}

impl Manager {
    /// Who calls. What they want is done by the settings of now.
    pub(super) async fn caller(&self, header: &Header<'_>) -> Result<Caller, Error> {
        self.settings.apply().await;
        self.access.caller(header).await
    }

    pub(super) async fn change_apps(
        &self,
        ids: &[u32],
        options: CallOptions,
        header: &Header<'_>,
        change: &AppChange,
    ) -> Result<OwnedObjectPath, Error> {
        let caller = self.caller(header).await?;
        let named = self.apps(ids)?;
        (change.refuse)(&self.overview.catalog, &named.apps)?;
        let asked = named.asked(change, change.task);
        queue(&self.desk, &caller, asked, options.into()).await
    }

    pub(super) async fn change_packages(
        &self,
        names: &[String],
        options: CallOptions,
        header: &Header<'_>,
        action: Action,
        task: fn(Vec<PackageName>) -> Task,
    ) -> Result<OwnedObjectPath, Error> {
        let caller = self.caller(header).await?;
        let task = task(self.package_names(names)?);
        let asked = Asked::new(action, task).about(names, names.len());
        queue(&self.desk, &caller, asked, options.into()).await
    }

    fn package_names(&self, names: &[String]) -> Result<Vec<PackageName>, Error> {
        check_names(names)?;
        if names.is_empty() {
            return Err(Error::InvalidArgument(Text::NoPackagesNamed.told(&[])));
        }
        names
            .iter()
            .map(|name| {
                self.overview
                    .computer
                    .engine()
                    .package_name(name)
                    .map_err(|e| bus_error(&e))
            })
            .collect()
    }

    fn apps(&self, ids: &[u32]) -> Result<Named, Error> {
        check_ids(ids)?;
        if ids.is_empty() {
            return Err(Error::InvalidArgument(Text::NoAppsNamed.told(&[])));
        }
        if self.overview.computer.identity().package_manager.is_empty() {
            return Err(bus_error(&EngineError::NoPackageManager));
        }
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let offered = offered(&self.overview.catalog.offer(), &ids)?;
        let admin = offered.iter().any(|(_, _, admin)| *admin);
        let packages = offered.iter().map(|(_, packages, _)| packages.len()).sum();
        let apps: Vec<AppRef> = offered.into_iter().map(|(app, _, _)| app).collect();
        let names = apps.iter().map(|app| app.name.clone()).collect();
        Ok(Named {
            apps,
            names,
            packages,
            admin,
        })
    }

    /// What an upgrade is about, and the right it needs.
    pub(super) async fn upgrade_of(
        &self,
        names: &[String],
        app: Option<u32>,
    ) -> Result<Asked, Error> {
        if let Some(id) = app {
            if !names.is_empty() {
                return Err(Error::InvalidArgument(Text::PackagesOrApp.told(&[])));
            }
            let named = self.apps(&[id])?;
            return Ok(named.asked(&INSTALLING, |mut apps| Task::UpgradeApp {
                app: apps.remove(0),
            }));
        }
        let task = if names.is_empty() {
            Task::Upgrade
        } else {
            let packages = self.package_names(names)?;
            self.refuse_absent(&packages).await?;
            Task::UpgradePackages { packages }
        };
        Ok(Asked::new(Action::SystemUpgrade, task).about(names, names.len()))
    }

    /// Refuses to upgrade what is not installed.
    async fn refuse_absent(&self, packages: &[PackageName]) -> Result<(), Error> {
        let installed = self
            .questions
            .installed(self.overview.computer.engine().as_ref())
            .await?;
        let there = package_names(&installed);
        match packages.iter().find(|name| !there.contains(name.as_str())) {
            Some(name) => Err(Error::NotFound(Text::NotInstalled.told(&[name.as_str()]))),
            None => Ok(()),
        }
    }
}

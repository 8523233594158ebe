//! From the arguments of a call to the job it asks for, and who may ask.

use migasfree_dbus::names::job_path;
use migasfree_dbus::{Action, CallOptions, Error};
use zbus::OwnedObjectPath;
use zbus::message::Header;

use super::manager::Manager;
use crate::access::{Caller, Details, check_ids, check_names};
use crate::catalog::package_names;
use crate::error::bus_error;
use crate::jobs::{AppRef, NewJob, Task};
use crate::offered::offered;
use crate::pms::PackageName;
use crate::sync::EngineError;
use crate::texts::Text;

impl Manager {
    /// Who calls. What they want is done by the settings of now.
    pub(super) async fn caller(&self, header: &Header<'_>) -> Result<Caller, Error> {
        self.settings.apply().await;
        self.access.caller(header).await
    }

    pub(super) async fn request(
        &self,
        caller: &Caller,
        action: Action,
        details: Details,
        options: &CallOptions,
        task: Task,
    ) -> Result<OwnedObjectPath, Error> {
        let new = NewJob {
            task,
            origin: "user",
            owner_uid: caller.uid,
            background: options.hint_background.unwrap_or(false),
            admitted: None,
        };
        let interactive = options.interactive.unwrap_or(true);
        let id = self
            .desk
            .request(caller, action, details, interactive, new)
            .await?;
        Ok(job_path(id))
    }

    pub(super) fn package_names(&self, names: &[String]) -> Result<Vec<PackageName>, Error> {
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

    /// The applications of a call, their names for a prompt, the number of their packages, and whether one is of
    /// level A.
    pub(super) fn apps(&self, ids: &[u32]) -> Result<(Vec<AppRef>, Details, bool), Error> {
        check_ids(ids)?;
        if ids.is_empty() {
            return Err(Error::InvalidArgument(Text::NoAppsNamed.told(&[])));
        }
        if self
            .overview
            .computer
            .engine()
            .identity()
            .package_manager
            .is_empty()
        {
            return Err(bus_error(&EngineError::NoPackageManager));
        }
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let offered = offered(&self.overview.catalog.offer(), &ids)?;
        let admin = offered.iter().any(|(_, _, admin)| *admin);
        let packages = offered.iter().map(|(_, packages, _)| packages.len()).sum();
        let apps: Vec<AppRef> = offered.into_iter().map(|(app, _, _)| app).collect();
        let names: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
        Ok((apps, Self::about(&names, packages), admin))
    }

    pub(super) fn about(names: &[String], packages: usize) -> Details {
        Details::default().naming(names).about(packages)
    }

    /// What an upgrade is about, and the right it needs.
    pub(super) async fn upgrade_task(
        &self,
        names: &[String],
        app: Option<u32>,
    ) -> Result<(Task, Action, Details), Error> {
        if let Some(id) = app {
            if !names.is_empty() {
                return Err(Error::InvalidArgument(Text::PackagesOrApp.told(&[])));
            }
            let (mut apps, details, admin) = self.apps(&[id])?;
            let action = if admin {
                Action::AppInstallAdmin
            } else {
                Action::AppInstall
            };
            return Ok((
                Task::UpgradeApp {
                    app: apps.remove(0),
                },
                action,
                details,
            ));
        }
        let details = Self::about(names, names.len());
        if names.is_empty() {
            return Ok((Task::Upgrade, Action::SystemUpgrade, details));
        }
        let packages = self.package_names(names)?;
        self.refuse_absent(&packages).await?;
        let task = Task::UpgradePackages { packages };
        Ok((task, Action::SystemUpgrade, details))
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

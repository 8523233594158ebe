//! What a task means by the catalogue and packages of the moment it runs.

use std::collections::BTreeSet;

use migasfree_dbus::Error;

use super::core::{Core, bus_error};
use super::dispatch::interrupted;
use super::jobs::{Done, Task, Work};
use crate::job::ResultCode;
use crate::pms::{Action as PackageAction, PackageName};
use crate::policy::Asker;
use crate::sync::SyncRequest;

impl Core {
    /// What a worker shall do for a task, by the catalogue and packages of this moment.
    pub(super) fn resolve(&self, id: u64, task: &Task, asker: Asker) -> Result<Work, Done> {
        let action = match task {
            Task::Sync {
                scope,
                force_upgrade,
                reason,
            } => {
                return Ok(Work::Sync(SyncRequest {
                    scope: *scope,
                    force_upgrade: *force_upgrade,
                    background: matches!(reason.as_str(), "timer" | "login"),
                }));
            }
            Task::Tags { tags, apply } => {
                return Ok(Work::Tags {
                    tags: tags.clone(),
                    apply: *apply,
                });
            }
            Task::Repair => return Ok(Work::Repair),
            Task::Register { .. } => return Err(interrupted()),
            Task::InstallApps { apps } => {
                let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
                PackageAction::Install(self.packages_to_install(&ids).map_err(not_found)?)
            }
            Task::RemoveApps { apps } => {
                let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
                PackageAction::Remove(self.packages_to_remove(&ids).map_err(not_found)?)
            }
            Task::InstallPackages { packages } => PackageAction::Install(packages.clone()),
            Task::RemovePackages { packages } => PackageAction::Remove(packages.clone()),
            Task::Upgrade => PackageAction::Upgrade,
            Task::UpgradePackages { packages } => PackageAction::UpgradePackages(packages.clone()),
            Task::UpgradeApp { app } => PackageAction::UpgradePackages(
                self.packages_to_install(&[app.id]).map_err(not_found)?,
            ),
            Task::Refresh { force } => {
                if !force && self.schedule.is_fresh(self.now()) {
                    return Err(Done::new(ResultCode::NothingToDo, ""));
                }
                PackageAction::Refresh
            }
        };
        if let PackageAction::Install(packages)
        | PackageAction::Remove(packages)
        | PackageAction::UpgradePackages(packages) = &action
        {
            if packages.is_empty() {
                return Err(Done::new(ResultCode::NothingToDo, ""));
            }
            let names = packages.iter().map(ToString::to_string).collect();
            let _ = self.jobs.with(id, |job| job.view.packages = names);
        }
        Ok(Work::Packages { action, asker })
    }

    /// The packages of applications, once each.
    pub fn packages_to_install(&self, ids: &[u32]) -> Result<Vec<PackageName>, Error> {
        let mut names = BTreeSet::new();
        for (_, packages, _) in self.offered(ids)? {
            names.extend(packages);
        }
        self.checked(names)
    }

    /// The packages of applications without those that another installed application has too, or that a policy
    /// demands.
    pub fn packages_to_remove(&self, ids: &[u32]) -> Result<Vec<PackageName>, Error> {
        let offer = self.catalog.offer();
        let facts = self.catalog.facts();
        let mut names = BTreeSet::new();
        for (_, packages, _) in self.offered(ids)? {
            names.extend(packages);
        }
        let others = offer
            .snapshot
            .apps
            .iter()
            .filter(|app| !ids.contains(&app.id.0));
        for other in others {
            let packages = offer.packages(other);
            if facts.has_all(packages) {
                for package in packages {
                    names.remove(package);
                }
            }
        }
        names.retain(|name| !facts.mandatory.install.contains(name));
        self.checked(names)
    }

    fn checked(&self, names: BTreeSet<String>) -> Result<Vec<PackageName>, Error> {
        names
            .iter()
            .map(|name| {
                self.engine()
                    .package_name(name)
                    .map_err(|error| bus_error(&error))
            })
            .collect()
    }
}

fn not_found(error: Error) -> Done {
    Done::new(ResultCode::NotFound, error.message())
}

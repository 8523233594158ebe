//! What a task means by the catalogue and packages of the moment it runs.

use std::collections::BTreeSet;

use migasfree_dbus::Error;

use super::catalog::{Catalog, Offer};
use super::computer::Computer;
use super::error::bus_error;
use super::jobs::{Done, Task, Work};
use super::offered::offered;
use super::schedule::Schedule;
use crate::job::ResultCode;
use crate::pms::{Action as PackageAction, PackageName};
use crate::policy::Asker;
use crate::sync::{Engine, SyncRequest};

/// What a worker shall do for a task, by the catalogue and packages of this moment.
pub(super) fn resolve(
    task: &Task,
    asker: Asker,
    computer: &Computer,
    catalog: &Catalog,
    schedule: &Schedule,
) -> Result<Work, Done> {
    let engine = computer.engine();
    let engine = engine.as_ref();
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
        Task::Register { .. } => return Err(Done::interrupted()),
        Task::InstallApps { apps } => {
            let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
            PackageAction::Install(packages_to_install(catalog, engine, &ids).map_err(not_found)?)
        }
        Task::RemoveApps { apps } => {
            let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
            PackageAction::Remove(packages_to_remove(catalog, engine, &ids).map_err(not_found)?)
        }
        Task::InstallPackages { packages } => PackageAction::Install(packages.clone()),
        Task::RemovePackages { packages } => PackageAction::Remove(packages.clone()),
        Task::Upgrade => PackageAction::Upgrade,
        Task::UpgradePackages { packages } => PackageAction::UpgradePackages(packages.clone()),
        Task::UpgradeApp { app } => PackageAction::UpgradePackages(
            packages_to_install(catalog, engine, &[app.id]).map_err(not_found)?,
        ),
        Task::Refresh { force } => {
            if !force && schedule.is_fresh(computer.now()) {
                return Err(Done::new(ResultCode::NothingToDo));
            }
            PackageAction::Refresh
        }
    };
    if named(&action).is_some_and(<[PackageName]>::is_empty) {
        return Err(Done::new(ResultCode::NothingToDo));
    }
    Ok(Work::Packages { action, asker })
}

/// The packages that some work names.
pub(super) fn packages_of(work: &Work) -> Option<Vec<String>> {
    let Work::Packages { action, .. } = work else {
        return None;
    };
    Some(named(action)?.iter().map(ToString::to_string).collect())
}

fn named(action: &PackageAction) -> Option<&[PackageName]> {
    match action {
        PackageAction::Install(packages)
        | PackageAction::Remove(packages)
        | PackageAction::UpgradePackages(packages) => Some(packages),
        PackageAction::Upgrade | PackageAction::UpgradeKeeping | PackageAction::Refresh => None,
    }
}

/// The packages of applications, once each.
pub(super) fn packages_to_install(
    catalog: &Catalog,
    engine: &dyn Engine,
    ids: &[u32],
) -> Result<Vec<PackageName>, Error> {
    checked(engine, all_packages(&catalog.offer(), ids)?)
}

/// The packages of applications without those that another installed application has too, or that a policy
/// demands.
pub(super) fn packages_to_remove(
    catalog: &Catalog,
    engine: &dyn Engine,
    ids: &[u32],
) -> Result<Vec<PackageName>, Error> {
    let (offer, facts) = (catalog.offer(), catalog.facts());
    let mut names = all_packages(&offer, ids)?;
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
    checked(engine, names)
}

fn all_packages(offer: &Offer, ids: &[u32]) -> Result<BTreeSet<String>, Error> {
    let offered = offered(offer, ids)?.into_iter();
    Ok(offered.flat_map(|(_, packages, _)| packages).collect())
}

fn checked(engine: &dyn Engine, names: BTreeSet<String>) -> Result<Vec<PackageName>, Error> {
    let names = names.iter().map(|name| engine.package_name(name));
    names
        .map(|name| name.map_err(|error| bus_error(&error)))
        .collect()
}

fn not_found(error: Error) -> Done {
    Done::saying(ResultCode::NotFound, error.message())
}

//! What is judged again when the turn of a job comes: the right of who asked, and the policies of the organisation.

use migasfree_dbus::{Action, Error};

use super::access::{Access, Details};
use super::catalog::{Catalog, PackageFacts};
use super::jobs::{Admitted, AppRef, Done, Jobs, Task};
use super::offered::offered;
use crate::job::ResultCode;
use crate::policy::Asker;
use crate::texts::Text;

/// Fails when who asked for a job may not have it any more, or a policy speaks against it by now.
pub async fn still_allowed(
    access: &Access,
    catalog: &Catalog,
    jobs: &Jobs,
    id: u64,
    task: &Task,
) -> Result<(), Done> {
    let judged = match task {
        Task::InstallApps { apps } => refuse_forbidden(catalog, apps),
        Task::RemoveApps { apps } => refuse_required(catalog, apps),
        _ => Ok(()),
    };
    judged.map_err(|error| Done::saying(ResultCode::Policy, error.message()))?;
    let Some((owner, admitted)) = admission_of(jobs, id) else {
        return Ok(());
    };
    let Some(action) = right_for(catalog, task)? else {
        return Ok(());
    };
    let authenticated = admitted.authenticated && admitted.action == action.id();
    let details = Details::default().naming(&[task.title()]);
    access
        .still_has(&admitted.address, owner, action, &details, authenticated)
        .await
        .map_err(|error| Done::refused(error.message()))
}

/// For whom a job changes packages.
pub async fn asker(access: &Access, jobs: &Jobs, id: u64) -> Asker {
    match admission_of(jobs, id) {
        Some((owner, admitted)) => person(access, &admitted.address, owner).await,
        // Of the daemon's own jobs only a repair changes packages; the superuser's may do everything.
        None => Asker::ROOT,
    }
}

/// Somebody with the rights they hold now.
pub async fn person(access: &Access, address: &str, uid: u32) -> Asker {
    if uid == 0 {
        return Asker::ROOT;
    }
    Asker::Person {
        may_remove: access.holds(address, uid, Action::PackageRemove).await,
        may_hold: access.holds(address, uid, Action::PackageHold).await,
    }
}

/// Who asked for a job and how that was allowed, unless it was the superuser or the daemon.
fn admission_of(jobs: &Jobs, id: u64) -> Option<(u32, Admitted)> {
    let stored = jobs.with(id, |job| job.stored.clone()).ok()?;
    let admitted = stored.admitted.filter(|_| stored.owner_uid != 0)?;
    Some((stored.owner_uid, admitted))
}

/// The right a task takes, by the catalogue of now.
fn right_for(catalog: &Catalog, task: &Task) -> Result<Option<Action>, Done> {
    let by_level = |apps: &[AppRef], everybody, administrators| -> Result<Action, Done> {
        let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
        let offered = offered(&catalog.offer(), &ids)
            .map_err(|error| Done::saying(ResultCode::NotFound, error.message()))?;
        let admin = offered.iter().any(|(_, _, admin)| *admin);
        Ok(if admin { administrators } else { everybody })
    };
    Ok(Some(match task {
        Task::Sync {
            force_upgrade: true,
            ..
        } => Action::SyncForce,
        Task::Sync { .. } => Action::Sync,
        Task::InstallApps { apps } => by_level(apps, Action::AppInstall, Action::AppInstallAdmin)?,
        Task::UpgradeApp { app } => by_level(
            std::slice::from_ref(app),
            Action::AppInstall,
            Action::AppInstallAdmin,
        )?,
        Task::RemoveApps { apps } => by_level(apps, Action::AppRemove, Action::AppRemoveAdmin)?,
        Task::InstallPackages { .. } => Action::PackageInstall,
        Task::RemovePackages { .. } => Action::PackageRemove,
        Task::Upgrade | Task::UpgradePackages { .. } => Action::SystemUpgrade,
        Task::Refresh { .. } => Action::Refresh,
        Task::Tags { apply: true, .. } => Action::TagsSet,
        Task::Tags { .. } => Action::TagsCommunicate,
        Task::Register { .. } => Action::Register,
        Task::Repair => return Ok(None),
    }))
}

/// Refuses to remove what a policy demands.
pub fn refuse_required(catalog: &Catalog, apps: &[AppRef]) -> Result<(), Error> {
    match first_of(catalog, apps, PackageFacts::demands) {
        Some(app) => Err(Error::NotAvailable(Text::AppRequired.told(&[&app.name]))),
        None => Ok(()),
    }
}

/// Refuses to install what a policy takes away.
pub fn refuse_forbidden(catalog: &Catalog, apps: &[AppRef]) -> Result<(), Error> {
    match first_of(catalog, apps, PackageFacts::forbids) {
        Some(app) => Err(Error::NotAvailable(Text::AppForbidden.told(&[&app.name]))),
        None => Ok(()),
    }
}

/// The first of these applications whose packages are so.
fn first_of<'a>(
    catalog: &Catalog,
    apps: &'a [AppRef],
    are_so: impl Fn(&PackageFacts, &[String]) -> bool,
) -> Option<&'a AppRef> {
    let (offer, facts) = (catalog.offer(), catalog.facts());
    apps.iter().find(|app| {
        let record = offer.app(app.id);
        record.is_some_and(|record| are_so(&facts, offer.packages(record)))
    })
}

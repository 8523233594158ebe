//! What an action would do.

use migasfree_dbus::{Error, PlanObjection, PlanRecord, PlanRole, PlannedPackage};

use super::access::Caller;
use super::core::{Core, bus_error};
use crate::pms::{self, Action, PackageName};
use crate::policy::Verdict;

/// Asks the package manager, and the policy as it is for this caller; nothing changes.
pub async fn plan(
    core: &Core,
    caller: &Caller,
    role: PlanRole,
    names: &[String],
) -> Result<PlanRecord, Error> {
    let action = match role {
        PlanRole::Install => Action::Install(packages(core, names)?),
        PlanRole::Remove => Action::Remove(packages(core, names)?),
        PlanRole::InstallApps => Action::Install(core.packages_to_install(&ids(names)?)?),
        PlanRole::RemoveApps => Action::Remove(core.packages_to_remove(&ids(names)?)?),
        PlanRole::Upgrade if names.is_empty() => Action::Upgrade,
        PlanRole::Upgrade => Action::UpgradePackages(packages(core, names)?),
        PlanRole::Unknown => {
            return Err(Error::InvalidArgument("there is no such role".into()));
        }
    };
    if let Action::Install(packages) | Action::Remove(packages) | Action::UpgradePackages(packages) =
        &action
        && packages.is_empty()
    {
        return Ok(record(core, &pms::Plan::default(), &Verdict::Allow));
    }
    let asker = core.person(caller.address(), caller.uid).await;
    let _turn = core.turn().await;
    let engine = core.engine();
    let plan = engine.plan(&action).await.map_err(|e| bus_error(&e))?;
    let verdict = engine
        .judge(&action, &plan, asker)
        .await
        .map_err(|e| bus_error(&e))?;
    Ok(record(core, &plan, &verdict))
}

fn packages(core: &Core, names: &[String]) -> Result<Vec<PackageName>, Error> {
    names
        .iter()
        .map(|name| core.engine().package_name(name).map_err(|e| bus_error(&e)))
        .collect()
}

fn ids(names: &[String]) -> Result<Vec<u32>, Error> {
    names
        .iter()
        .map(|name| {
            name.parse().map_err(|_| {
                Error::InvalidArgument(format!("`{name}` is not the id of an application"))
            })
        })
        .collect()
}

fn record(core: &Core, plan: &pms::Plan, verdict: &Verdict) -> PlanRecord {
    let facts = core.catalog.facts();
    let list = |packages: &[pms::PlannedPackage]| -> Vec<PlannedPackage> {
        packages
            .iter()
            .map(|package| PlannedPackage {
                name: package.name.clone(),
                version: package.version.clone(),
                from: package.replaces.clone(),
                download_bytes: facts
                    .candidates
                    .get(&package.name)
                    .map(|candidate| candidate.download_bytes),
            })
            .collect()
    };
    PlanRecord {
        install: list(&plan.install),
        remove: list(&plan.remove),
        update: list(&plan.update),
        download_bytes: plan.download_bytes,
        disk_bytes: plan.disk_bytes,
        free_bytes: free_bytes(core),
        reboot: if plan.reboot { "required" } else { "none" }.into(),
        untrusted: plan.untrusted,
        verdict: verdict.as_str().to_owned(),
        objections: verdict
            .objections()
            .iter()
            .map(|objection| PlanObjection {
                reason: objection.why.as_str().to_owned(),
                packages: objection.packages.clone(),
            })
            .collect(),
    }
}

fn free_bytes(core: &Core) -> u64 {
    rustix::fs::statvfs(core.engine().root())
        .map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

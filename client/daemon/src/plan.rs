//! What an action would do.

use std::sync::Arc;

use migasfree_dbus::{Error, PlanObjection, PlanRecord, PlanRole, PlannedPackage};

use super::access::{Access, Caller};
use super::catalog::Catalog;
use super::computer::Computer;
use super::error::bus_error;
use super::questions::Questions;
use super::resolve::{packages_to_install, packages_to_remove};
use super::rights::person;
use crate::pms::{self, Action, PackageName};
use crate::policy::Verdict;
use crate::sync::Engine;
use crate::texts::Text;

/// Foresees what would be done for somebody.
#[derive(Debug)]
pub struct Planner {
    pub access: Arc<Access>,
    pub computer: Arc<Computer>,
    pub catalog: Arc<Catalog>,
    pub questions: Arc<Questions>,
}

impl Planner {
    /// Asks the package manager, and the policy as it is for this caller; nothing changes.
    pub async fn plan(
        &self,
        caller: &Caller,
        role: PlanRole,
        names: &[String],
    ) -> Result<PlanRecord, Error> {
        let engine = self.computer.engine();
        let engine = engine.as_ref();
        let action = match role {
            PlanRole::Install => Action::Install(packages(engine, names)?),
            PlanRole::Remove => Action::Remove(packages(engine, names)?),
            PlanRole::InstallApps => {
                Action::Install(packages_to_install(&self.catalog, engine, &ids(names)?)?)
            }
            PlanRole::RemoveApps => {
                Action::Remove(packages_to_remove(&self.catalog, engine, &ids(names)?)?)
            }
            PlanRole::Upgrade if names.is_empty() => Action::Upgrade,
            PlanRole::Upgrade => Action::UpgradePackages(packages(engine, names)?),
            PlanRole::Unknown => {
                return Err(Error::InvalidArgument(Text::UnknownRole.told(&[])));
            }
        };
        if let Action::Install(packages)
        | Action::Remove(packages)
        | Action::UpgradePackages(packages) = &action
            && packages.is_empty()
        {
            return Ok(record(
                engine,
                &self.catalog,
                &pms::Plan::default(),
                &Verdict::Allow,
            ));
        }
        let asker = person(&self.access, caller.address(), caller.uid).await;
        let _turn = self.questions.turn().await;
        let plan = engine.plan(&action).await.map_err(|e| bus_error(&e))?;
        let verdict = engine
            .judge(&action, &plan, asker)
            .await
            .map_err(|e| bus_error(&e))?;
        Ok(record(engine, &self.catalog, &plan, &verdict))
    }
}

fn packages(engine: &dyn Engine, names: &[String]) -> Result<Vec<PackageName>, Error> {
    names
        .iter()
        .map(|name| engine.package_name(name).map_err(|e| bus_error(&e)))
        .collect()
}

fn ids(names: &[String]) -> Result<Vec<u32>, Error> {
    names
        .iter()
        .map(|name| {
            name.parse()
                .map_err(|_| Error::InvalidArgument(Text::NotAnApp.told(&[name])))
        })
        .collect()
}

fn record(
    engine: &dyn Engine,
    catalog: &Catalog,
    plan: &pms::Plan,
    verdict: &Verdict,
) -> PlanRecord {
    let facts = catalog.facts();
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
        free_bytes: free_bytes(engine),
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

fn free_bytes(engine: &dyn Engine) -> u64 {
    rustix::fs::statvfs(engine.root()).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

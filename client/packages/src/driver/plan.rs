//! Foreseeing what an action would do.

use std::collections::BTreeSet;

use super::Driver;
use crate::PmsError;
use crate::change::{Action, PackageName, Plan, PlannedPackage};
use crate::entry::Entry;
use crate::policy::{Asker, Mandate, Verdict, judge};

impl Driver {
    /// What the action would do, also where the package manager refuses by itself what the policy has to refuse.
    pub(super) async fn look_ahead(&self, action: &Action) -> Result<Plan, PmsError> {
        let names = self.effective(action).await?;
        let mut plan = match self.simulate(action, &names).await {
            Ok(plan) => plan,
            Err(error) => {
                // A package manager may plan no removal of what must stay; that it must is for the policy to say.
                let alone = self.alone(action, &names).await?;
                let facts = self.facts_for(&alone).await?;
                let mandate = Mandate::of(Asker::ROOT);
                match judge(action, &alone, &facts, &mandate) {
                    Verdict::Refuse(_) => return Ok(alone),
                    _ => return Err(error),
                }
            }
        };
        plan.untrusted = self.is_untrusted(&plan).await?;
        Ok(plan)
    }

    /// Whether something of the plan is offered by a source that nobody vouches for.
    async fn is_untrusted(&self, plan: &Plan) -> Result<bool, PmsError> {
        for source in self.ask(self.back_end.untrusted_sources()).await? {
            let offers = self.ask(self.back_end.offers_of(&source)).await?;
            let mut planned = plan.install.iter().chain(&plan.update);
            if planned
                .any(|package| offers.contains(&(package.name.clone(), package.version.clone())))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of an action that are not yet as wanted.
    pub(super) async fn effective(&self, action: &Action) -> Result<Vec<String>, PmsError> {
        let Some(names) = named(action) else {
            return Ok(Vec::new());
        };
        let entries = self.entries().await?;
        let installs = matches!(action, Action::Install(_));
        let mut there = BTreeSet::new();
        for entry in &entries {
            // What is half there can be removed, too.
            if entry.installed || (!installs && entry.is_unfinished()) {
                there.insert(entry.qualified());
                there.insert(entry.id());
            }
        }
        let kept = names
            .iter()
            .map(PackageName::as_str)
            .filter(|name| there.contains(*name) != installs);
        Ok(kept.map(str::to_owned).collect())
    }

    /// The removal of what is named and nothing else; an empty plan for other actions.
    pub(super) async fn alone(&self, action: &Action, names: &[String]) -> Result<Plan, PmsError> {
        let mut plan = Plan::default();
        if matches!(action, Action::Remove(_)) {
            let entries = self.entries().await?;
            let called = |entry: &&Entry| names.iter().any(|name| entry.is_called(name));
            plan.remove = entries.iter().filter(called).map(removal).collect();
        }
        Ok(plan)
    }

    /// What would happen.
    pub(super) async fn simulate(
        &self,
        action: &Action,
        names: &[String],
    ) -> Result<Plan, PmsError> {
        if *action == Action::Refresh || (named(action).is_some() && names.is_empty()) {
            return Ok(Plan::default());
        }
        if matches!(action, Action::Install(_)) {
            self.refuse_unknown(names).await?;
        }
        let mut plan = self.ask(self.back_end.foresee(action, names)).await?;
        if !plan.remove.is_empty() {
            let entries = self.entries().await?;
            let find = |id: &str| entries.iter().find(|entry| entry.id() == id);
            // What is half removed stays so for now, unless it is named.
            plan.remove.retain(|package| {
                find(&package.name)
                    .is_none_or(|entry| !entry.is_half_removed() || entry.is_among(names))
            });
            for package in &mut plan.remove {
                package.architecture = find(&package.name)
                    .map_or_else(String::new, |entry| entry.architecture.clone());
            }
        }
        Ok(plan)
    }

    async fn refuse_unknown(&self, names: &[String]) -> Result<(), PmsError> {
        for name in names {
            if let Some(query) = self.back_end.doubted(name)
                && !self.ask(query).await?
            {
                return Err(PmsError::NotFound(name.clone()));
            }
        }
        Ok(())
    }
}

/// The packages an action is about; `None` for one that names none.
fn named(action: &Action) -> Option<&[PackageName]> {
    match action {
        Action::Install(names) | Action::Remove(names) | Action::UpgradePackages(names) => {
            Some(names)
        }
        Action::Upgrade | Action::UpgradeKeeping | Action::Refresh => None,
    }
}

/// An installed package as one that goes.
pub(super) fn removal(entry: &Entry) -> PlannedPackage {
    PlannedPackage {
        name: entry.id(),
        version: entry.version.clone(),
        replaces: None,
        architecture: entry.architecture.clone(),
    }
}

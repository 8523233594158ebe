//! Doing package work: wait for the lock, repair, look ahead, have it judged, download, act.

use std::collections::BTreeSet;

use super::Driver;
use super::consent::Consent;
use crate::PmsError;
use crate::change::{Action, PackageName, Plan, bare};
use crate::entry::{Entry, Wanted};
use crate::job::{Job, ResultCode};
use crate::observer::OutputStream;
use crate::policy::Mandate;
use crate::work::{Change, Work};

/// How often a plan may become another one before that is told as a failure.
const TRIES: usize = 3;

impl Driver {
    pub(super) async fn perform(
        &self,
        action: &Action,
        mandate: &Mandate,
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        self.wait_for_lock(job).await?;
        self.release_holds().await?;
        if *action == Action::Refresh {
            return self.step(job, Work::Refresh, &Plan::default()).await;
        }
        let mut repaired = self.finish_interrupted(job, action).await?;
        let mut consent = Consent::default();
        for _ in 0..TRIES {
            let names = self.effective(action).await?;
            // A package manager may not even plan to remove what must stay.
            let alone = self.alone(action, &names).await?;
            let facts = self.facts_for(&alone).await?;
            consent.settle(action, &alone, &facts, mandate, job).await?;
            if self.discard_named(action, &names, job).await? {
                repaired.trouble = None;
                continue;
            }
            let plan = self.simulate(action, &names).await?;
            if plan.is_empty() {
                return self.check_result(action, &plan, repaired.trouble).await;
            }
            let facts = self.facts_for(&plan).await?;
            consent.settle(action, &plan, &facts, mandate, job).await?;
            self.check_room_to_download(&plan).await?;
            let change = Change {
                action,
                names: &names,
                plan: &plan,
            };
            if plan.download_bytes > 0 {
                self.step(job, Work::Download(change), &plan).await?;
            }
            if job.cancel.is_cancelled() {
                return Err(PmsError::Cancelled);
            }
            self.check_room_to_unpack(&plan).await?;
            self.wait_for_lock(job).await?;
            // At once, all that goes would lose its configuration, and what is left in the middle would be configured.
            let keep_rests = matches!(action, Action::Remove(_))
                && (takes_others(&names, &plan)
                    || !self.half_removed_besides(&names, &plan).await?.is_empty());
            match self
                .step(job, Work::Act { change, keep_rests }, &plan)
                .await
            {
                Ok(()) => {
                    if keep_rests {
                        self.step(job, Work::PurgeRests(&names), &plan).await?;
                    }
                    return self.check_result(action, &plan, None).await;
                }
                Err(PmsError::Unsteady) => {}
                // Some package is broken; the question is whether it is one of those asked for.
                Err(error @ (PmsError::Backend(_) | PmsError::Stopped { .. }))
                    if error.code() != ResultCode::ByUser =>
                {
                    let ended = self.check_result(action, &plan, Some(error.detail())).await;
                    if ended.is_ok() {
                        job.observer.output(OutputStream::Err, &error.to_string());
                    }
                    return match error {
                        PmsError::Stopped { .. } if ended.is_err() => Err(error),
                        _ => ended,
                    };
                }
                Err(error) => return Err(error),
            }
        }
        Err(PmsError::Unsteady)
    }

    /// Whether what was asked for is so now. What else is broken is another matter.
    async fn check_result(
        &self,
        action: &Action,
        plan: &Plan,
        trouble: Option<String>,
    ) -> Result<(), PmsError> {
        let entries = self.entries().await?;
        let find = |name: &str| entries.iter().find(|entry| entry.is_called(name));
        let whole = |name: &str| find(name).is_some_and(|entry| entry.installed);
        let half = |name: &str| find(name).is_some_and(Entry::is_unfinished);
        let planned = plan.install.iter().chain(&plan.update);
        let failed: BTreeSet<String> = planned
            .map(|package| package.name.clone())
            .filter(|name| !whole(name))
            .collect();
        let unmet: BTreeSet<String> = match action {
            // A name that several packages may stand for is as good as what comes for it.
            Action::Install(names) if texts(names).any(|name| find(&name).is_none()) => failed,
            Action::Install(names) | Action::UpgradePackages(names) => texts(names)
                .filter(|name| half(name) || failed.contains(name))
                .collect(),
            Action::Remove(names) => texts(names)
                .filter(|name| whole(name) || half(name))
                .collect(),
            Action::Upgrade | Action::UpgradeKeeping => failed,
            Action::Refresh => BTreeSet::new(),
        };
        if unmet.is_empty() {
            return Ok(());
        }
        let reason = trouble.unwrap_or_else(|| "the package manager gives no reason".to_owned());
        if matches!(action, Action::Remove(_)) {
            let left = |entry: &&Entry| {
                entry.is_unfinished() && unmet.iter().any(|name| entry.is_called(name))
            };
            // Who asks for a removal wants it all gone; package managers do not keep that in mind.
            let left = entries.iter().filter(left);
            self.want(left.map(|entry| (entry, Wanted::Purge))).await?;
            return Err(PmsError::NotRemoved {
                packages: joined(&unmet, " "),
                reason,
            });
        }
        Err(PmsError::Broken {
            packages: joined(&unmet, ", "),
            reason,
        })
    }
}

/// Whether a plan takes away more than these, whose configuration then must stay.
fn takes_others(names: &[String], plan: &Plan) -> bool {
    let named = |package: &str| {
        names
            .iter()
            .any(|name| name == package || bare(name) == package)
    };
    plan.remove.iter().any(|package| !named(&package.name))
}

fn joined(names: &BTreeSet<String>, between: &str) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(between)
}

fn texts(names: &[PackageName]) -> impl Iterator<Item = String> + '_ {
    names.iter().map(ToString::to_string)
}

//! What a package change may do: a plan, what is known of its packages and who asked why become a verdict.
//!
//! Nothing here looks at the computer: the back end foresees and gathers the facts, this module judges, and what was
//! judged is what runs.

pub mod change;
mod facts;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::change::{Action, PackageName, Plan, bare};

pub use facts::{Dependency, Facts, Guard, Package};
pub use verdict::{Objection, Refusal, Verdict, Why};

/// How many packages unattended work may remove where the settings do not say.
pub const UNATTENDED_REMOVALS: usize = 5;

/// Who wants a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
pub enum Asker {
    /// Somebody who waits for it.
    Person {
        /// They hold the right `package-remove`.
        may_remove: bool,
        /// They hold the right `package-hold`.
        may_hold: bool,
    },
    /// The organisation, by name.
    Policy,
    /// Nobody in particular: updates that come by themselves.
    Unattended,
}

impl Asker {
    /// The superuser, who holds every right.
    pub const ROOT: Self = Self::Person {
        may_remove: true,
        may_hold: true,
    };
}

/// Who asked, and what holds on this computer whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    pub asker: Asker,
    /// Packages that policies demand.
    pub required: BTreeSet<String>,
    /// Packages that policies take away.
    pub forbidden: BTreeSet<String>,
    /// How many packages unattended work may remove.
    pub ceiling: usize,
}

impl Mandate {
    /// On a computer without policies.
    #[must_use]
    pub fn of(asker: Asker) -> Self {
        Self {
            asker,
            required: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            ceiling: UNATTENDED_REMOVALS,
        }
    }
}

/// Judges what an action would do.
#[must_use]
pub fn judge(action: &Action, plan: &Plan, facts: &Facts, mandate: &Mandate) -> Verdict {
    let removed: BTreeSet<&str> = plan.remove.iter().map(|p| p.name.as_str()).collect();
    let updated: BTreeSet<&str> = plan.update.iter().map(|p| p.name.as_str()).collect();
    let asked = Asked::of(action);
    let mut judgement = Judgement::default();

    for guard in Guard::ALL {
        let lost = facts.lost(facts.guarded(guard), &removed, &updated);
        judgement.refuse(Why::Protected(guard), lost);
    }
    let required = facts.lost(facts.called(&mandate.required), &removed, &updated);
    judgement.refuse(Why::Required, required);
    if matches!(mandate.asker, Asker::Person { .. }) {
        let forbidden = plan.install.iter().map(|package| package.name.as_str());
        let forbidden = forbidden.filter(|name| mandate.forbidden.contains(bare(name)));
        judgement.refuse(Why::Forbidden, forbidden.collect());
    }

    let held: BTreeSet<&str> = removed
        .union(&updated)
        .copied()
        .filter(|name| facts.is_held(name))
        .collect();
    let surprising = |packages: &BTreeSet<&'_ str>| -> BTreeSet<String> {
        let kept = packages.iter().filter(|name| !asked.names(name));
        kept.map(|name| (*name).to_owned()).collect()
    };
    let held_unasked = surprising(&held);
    let others: BTreeSet<&str> = removed
        .iter()
        .copied()
        .filter(|name| !asked.removes(name))
        .collect();
    match mandate.asker {
        Asker::Person {
            may_remove,
            may_hold,
        } => {
            if may_hold {
                judgement.ask(Why::Held, held_unasked.iter().map(String::as_str).collect());
            } else {
                judgement.refuse(Why::Held, held);
            }
            if may_remove {
                judgement.ask(Why::Removal, others);
            } else {
                judgement.refuse(Why::Removal, others);
            }
        }
        Asker::Policy | Asker::Unattended => {
            judgement.refuse(Why::Held, held_unasked.iter().map(String::as_str).collect());
            let by_hand = others.iter().copied().filter(|name| facts.is_by_hand(name));
            judgement.refuse(Why::ByHand, by_hand.collect());
            if others.len() > mandate.ceiling {
                judgement.refuse(Why::TooMany(mandate.ceiling), others);
            }
        }
    }
    judgement.verdict()
}

/// Of the packages that went, those the action did not name.
#[must_use]
pub fn unnamed(action: &Action, gone: Vec<String>) -> Vec<String> {
    let asked = Asked::of(action);
    let plain_or_not = |name: &String| asked.removes(name) || asked.removes(bare(name));
    gone.into_iter()
        .filter(|name| !plain_or_not(name))
        .collect()
}

/// The packages an action names.
struct Asked<'a> {
    names: BTreeSet<&'a str>,
    removal: bool,
}

impl<'a> Asked<'a> {
    fn of(action: &'a Action) -> Self {
        let names: &[PackageName] = match action {
            Action::Install(names) | Action::Remove(names) | Action::UpgradePackages(names) => {
                names
            }
            Action::Upgrade | Action::UpgradeKeeping | Action::Refresh => &[],
        };
        Self {
            names: names.iter().map(PackageName::as_str).collect(),
            removal: matches!(action, Action::Remove(_)),
        }
    }

    fn names(&self, package: &str) -> bool {
        self.names.contains(package)
            || self.names.iter().any(|name| {
                name.split_once(':')
                    .is_some_and(|(bare, _)| bare == package)
            })
    }

    fn removes(&self, package: &str) -> bool {
        self.removal && self.names(package)
    }
}

/// Objections on their way to a verdict.
#[derive(Default)]
struct Judgement {
    refused: Vec<Objection>,
    asked: Vec<Objection>,
}

impl Judgement {
    fn refuse(&mut self, why: Why, packages: BTreeSet<&str>) {
        self.refused.extend(Objection::about(why, packages));
    }

    fn ask(&mut self, why: Why, packages: BTreeSet<&str>) {
        self.asked.extend(Objection::about(why, packages));
    }

    fn verdict(self) -> Verdict {
        if !self.refused.is_empty() {
            Verdict::Refuse(Refusal(self.refused))
        } else if !self.asked.is_empty() {
            Verdict::Ask(self.asked)
        } else {
            Verdict::Allow
        }
    }
}

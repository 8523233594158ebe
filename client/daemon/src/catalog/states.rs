//! What this computer has of an application.

use migasfree_dbus::names::job_path;
use migasfree_dbus::{AppState, JobRole, StateDetail};

use super::facts::PackageFacts;

/// The job of an application that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppWork {
    /// Its number.
    pub job: u64,
    /// What it does.
    pub role: JobRole,
    /// Jobs before it; `None` when it runs.
    pub position: Option<u32>,
    /// It waits for polkit.
    pub unauthorized: bool,
    /// Progress.
    pub percent: u32,
}

/// For whom states are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// They may install applications of level A without being asked.
    pub is_admin: bool,
}

impl Viewer {
    /// Somebody about whom nothing is known; for broadcasts.
    pub const ANYBODY: Self = Self { is_admin: false };
}

/// State of an application with these packages; the first rule that holds.
#[must_use]
pub fn state_of(
    packages: &[String],
    needs_admin: bool,
    facts: &PackageFacts,
    work: Option<&AppWork>,
    viewer: Viewer,
) -> (AppState, StateDetail) {
    if let Some(work) = work {
        return working(work);
    }
    let detail = StateDetail::default();
    if packages.is_empty() {
        return (AppState::Information, reason(detail, "no-packages"));
    }
    let without = |known: &dyn Fn(&String) -> bool| -> Vec<String> {
        packages
            .iter()
            .filter(|package| !known(package))
            .cloned()
            .collect()
    };
    let broken: Vec<String> = packages
        .iter()
        .filter(|package| facts.broken.contains(*package))
        .cloned()
        .collect();
    if !broken.is_empty() {
        let detail = StateDetail {
            missing: broken,
            ..detail
        };
        // What a policy demands, or takes away, is not for people to remove or try again.
        return (
            AppState::Broken,
            reason(
                detail,
                if facts.demands(packages) {
                    "policy-demands"
                } else if facts.forbids(packages) {
                    "policy-forbids"
                } else {
                    "not-finished"
                },
            ),
        );
    }
    let installed = facts.has_all(packages);
    if installed && facts.demands(packages) {
        return (AppState::Required, reason(detail, "policy-demands"));
    }
    if facts.forbids(packages) {
        return (AppState::Forbidden, reason(detail, "policy-forbids"));
    }
    if installed && facts.updates(packages) {
        return (AppState::UpdateAvailable, detail);
    }
    if installed {
        return (AppState::Installed, detail);
    }
    let not_installed = without(&|package| facts.installed.contains_key(package));
    if not_installed.len() < packages.len() {
        return (
            AppState::Partial,
            StateDetail {
                missing: not_installed,
                ..detail
            },
        );
    }
    let nowhere = without(&|package| facts.candidates.contains_key(package));
    if !nowhere.is_empty() {
        let detail = StateDetail {
            missing: nowhere,
            ..detail
        };
        return (AppState::Unavailable, reason(detail, "missing-packages"));
    }
    if needs_admin && !viewer.is_admin {
        return (AppState::Privileged, reason(detail, "level"));
    }
    (AppState::Installable, detail)
}

fn working(work: &AppWork) -> (AppState, StateDetail) {
    let state = if work.position.is_some() || work.unauthorized {
        AppState::Queued
    } else {
        AppState::Working
    };
    let detail = StateDetail {
        job: Some(job_path(work.job).to_string()),
        role: Some(work.role),
        percent: Some(work.percent),
        position: work.position,
        ..StateDetail::default()
    };
    (state, detail)
}

fn reason(detail: StateDetail, reason: &str) -> StateDetail {
    StateDetail {
        reason: Some(reason.into()),
        ..detail
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pms::Candidate;

    fn facts(installed: &[(&str, &str)], offered: &[(&str, &str)]) -> PackageFacts {
        PackageFacts {
            installed: installed
                .iter()
                .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
                .collect(),
            candidates: offered
                .iter()
                .map(|(name, version)| {
                    let candidate = Candidate {
                        name: (*name).to_owned(),
                        version: (*version).to_owned(),
                        ..Candidate::default()
                    };
                    ((*name).to_owned(), candidate)
                })
                .collect(),
            ..PackageFacts::default()
        }
    }

    fn state(packages: &[&str], admin: bool, facts: &PackageFacts) -> AppState {
        let packages: Vec<String> = packages.iter().map(ToString::to_string).collect();
        state_of(&packages, admin, facts, None, Viewer::ANYBODY).0
    }

    #[test]
    fn packages_and_policies_decide_the_state() {
        let both = [("a", "1"), ("b", "1")];
        assert_eq!(state(&[], false, &facts(&[], &both)), AppState::Information);
        assert_eq!(
            state(&["a", "b"], false, &facts(&[], &both)),
            AppState::Installable
        );
        assert_eq!(
            state(&["a", "b"], true, &facts(&[], &both)),
            AppState::Privileged
        );
        assert_eq!(
            state(&["a", "c"], true, &facts(&[], &both)),
            AppState::Unavailable
        );
        assert_eq!(
            state(&["a", "b"], true, &facts(&[("a", "1")], &both)),
            AppState::Partial
        );
        assert_eq!(
            state(&["a", "b"], true, &facts(&both, &[])),
            AppState::Installed
        );
        assert_eq!(
            state(&["a", "b"], false, &facts(&both, &[("b", "2")])),
            AppState::UpdateAvailable
        );
        let mut unfinished = facts(&[("a", "1")], &both);
        unfinished.broken = ["b".to_owned()].into();
        assert_eq!(state(&["a", "b"], false, &unfinished), AppState::Broken);
        assert_eq!(state(&["a"], false, &unfinished), AppState::Installed);
        let mut policy = facts(&both, &both);
        policy.mandatory.install = vec!["a".into(), "b".into()];
        assert_eq!(state(&["a", "b"], false, &policy), AppState::Required);
        let mut policy = facts(&[], &both);
        policy.mandatory.remove = vec!["b".into()];
        assert_eq!(state(&["a", "b"], false, &policy), AppState::Forbidden);
        policy.installed = facts(&both, &both).installed;
        assert_eq!(state(&["a", "b"], false, &policy), AppState::Forbidden);
    }

    #[test]
    fn who_may_install_for_everybody_needs_no_administrator() {
        let packages = ["a".to_owned()];
        let facts = facts(&[], &[("a", "1")]);
        let admin = Viewer { is_admin: true };
        assert_eq!(
            state_of(&packages, true, &facts, None, admin).0,
            AppState::Installable
        );
    }

    #[test]
    fn work_comes_before_everything_else() {
        let mut work = AppWork {
            job: 4,
            role: JobRole::Remove,
            position: Some(1),
            unauthorized: false,
            percent: 101,
        };
        let facts = facts(&[("a", "1")], &[]);
        let packages = ["a".to_owned()];
        let (state, detail) = state_of(&packages, false, &facts, Some(&work), Viewer::ANYBODY);
        assert_eq!(state, AppState::Queued);
        assert_eq!(detail.position, Some(1));
        assert_eq!(detail.role, Some(JobRole::Remove));
        assert_eq!(detail.job.as_deref(), Some("/org/migasfree/Client1/job/4"));
        work.position = None;
        let (state, _) = state_of(&packages, false, &facts, Some(&work), Viewer::ANYBODY);
        assert_eq!(state, AppState::Working);
    }
}

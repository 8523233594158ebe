//! Putting a plan before the policy, and the policy's questions before who asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::PmsError;
use crate::change::{Action, Plan};
use crate::job::Job;
use crate::observer::{Question, REMOVAL_QUESTION};
use crate::policy::{self, Facts, Mandate, Objection, Refusal, Verdict};

/// What somebody agreed to in the course of a job.
#[derive(Debug, Default)]
pub(super) struct Consent {
    agreed: BTreeSet<String>,
}

impl Consent {
    /// Lets a plan through, or says why not. What was agreed to is not asked again while the plan changes.
    ///
    /// # Errors
    /// [`PmsError::Refused`].
    pub(super) async fn settle(
        &mut self,
        action: &Action,
        plan: &Plan,
        facts: &Facts,
        mandate: &Mandate,
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        match policy::judge(action, plan, facts, mandate) {
            Verdict::Allow => Ok(()),
            Verdict::Refuse(refusal) => Err(PmsError::Refused(refusal)),
            Verdict::Ask(objections) => self.ask(objections, plan, job).await,
        }
    }

    async fn ask(
        &mut self,
        objections: Vec<Objection>,
        plan: &Plan,
        job: &Job<'_>,
    ) -> Result<(), PmsError> {
        let names = |objection: &Objection| {
            let why = objection.why.as_str();
            let keys = objection.packages.iter();
            keys.map(move |name| format!("{why} {name}"))
                .collect::<Vec<_>>()
        };
        let keys: BTreeSet<String> = objections.iter().flat_map(names).collect();
        if keys.is_subset(&self.agreed) {
            return Ok(());
        }
        let mut data: BTreeMap<String, String> = objections
            .iter()
            .map(|objection| (objection.why.as_str().to_owned(), objection.names()))
            .collect();
        for (key, packages) in [("install", &plan.install), ("update", &plan.update)] {
            let names: Vec<&str> = packages.iter().map(|one| one.name.as_str()).collect();
            if !names.is_empty() {
                data.insert(key.to_owned(), names.join(", "));
            }
        }
        let question = Question {
            kind: REMOVAL_QUESTION.to_owned(),
            data,
            default: "refuse".to_owned(),
        };
        let answer = tokio::select! {
            answer = job.observer.question(&question) => answer,
            () = job.cancel.cancelled() => return Err(PmsError::Cancelled),
        };
        if answer.as_deref() == Some("accept") {
            self.agreed.extend(keys);
            return Ok(());
        }
        Err(PmsError::Refused(Refusal(objections)))
    }
}

//! Package jobs outside a synchronisation, and tags.

use crate::job::{Job, ResultCode};
use crate::observer::Stage;
use crate::pms::{Action, InstalledPackage, PackageManager, PmsError};
use crate::policy::Asker;
use crate::transport::Server;
use crate::transport::messages::TagRules;

use super::local::LocalEngine;
use super::tracker::{Kind, Tracker};
use super::{EngineError, EngineText, Outcome, told};

impl LocalEngine {
    pub(super) async fn act(
        &self,
        action: &Action,
        asker: Asker,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        let _lock = self.lock()?;
        let pms = self.package_manager()?;
        let tracker = Tracker::new(job.observer, Kind::Packages);
        let job = Job {
            id: job.id.clone(),
            observer: &tracker,
            cancel: job.cancel.clone(),
        };
        let before = state(pms).await?;
        if *action == Action::Refresh {
            pms.run(action, &self.mandate(asker), &job).await?;
            return Ok(Outcome {
                code: ResultCode::Ok,
                problems: Vec::new(),
            });
        }
        let result = match action {
            Action::Upgrade => self.upgrade_what_may(pms, asker, &job, &tracker).await,
            action => pms
                .run(action, &self.mandate(asker), &job)
                .await
                .map(|()| true),
        };
        let changed = state(pms).await? != before;
        let code = |whole: bool| match (whole, changed) {
            (false, _) => ResultCode::PackagesFailed,
            (true, true) => ResultCode::Ok,
            (true, false) => ResultCode::NothingToDo,
        };
        self.conclude(result.map(code), pms, &tracker).await
    }

    /// Tells the server which software is there now, however the work on it ended.
    async fn conclude(
        &self,
        result: Result<ResultCode, PmsError>,
        pms: &dyn PackageManager,
        tracker: &Tracker<'_>,
    ) -> Result<Outcome, EngineError> {
        let nothing_changed = match &result {
            Ok(code) => *code == ResultCode::NothingToDo,
            Err(error) => is_own_mistake(error),
        };
        let told = nothing_changed || self.report_software(pms, tracker).await;
        if let Err(error) = &result
            && !nothing_changed
        {
            // The administrator learns of it with the next synchronisation.
            self.keep_error(Stage::Install, &error.to_string());
        }
        let code = result?;
        if told {
            tracker.ok(Stage::Software);
        }
        Ok(Outcome {
            code,
            problems: tracker.problems(),
        })
    }

    /// What cannot be told now is told with the next synchronisation: the difference is kept, and the job says so. Answers
    /// whether the server knows all that it has to.
    async fn report_software(&self, pms: &dyn PackageManager, tracker: &Tracker<'_>) -> bool {
        if self.registration.computer_id().is_none() {
            return true;
        }
        let told = async {
            let server = self.server().await?;
            self.send_software(&*server, pms, tracker).await?;
            server.flush().await?;
            // The packages are what they are, and the server knows of them.
            let _ = self.report_end(&*server, tracker).await;
            Ok::<(), EngineError>(())
        };
        let told = told.await;
        if let Err(error) = &told {
            let later = EngineText::LearnsLater.with([told::untold(error).into()]);
            tracker.failed(Stage::Software, later);
        }
        told.is_ok()
    }

    pub(super) async fn resume_packages(
        &self,
        job: &Job<'_>,
    ) -> Option<Result<Outcome, EngineError>> {
        let pms = self.pms.as_deref()?;
        let tracker = Tracker::new(job.observer, Kind::Packages);
        let job = Job {
            id: job.id.clone(),
            observer: &tracker,
            cancel: job.cancel.clone(),
        };
        let lock = self.lock();
        let result = pms.attach(&job).await?;
        if let Err(error) = lock {
            return Some(Err(error));
        }
        Some(
            self.conclude(result.map(|()| ResultCode::Ok), pms, &tracker)
                .await,
        )
    }

    pub(super) async fn repair_packages(&self, job: &Job<'_>) -> Result<Outcome, EngineError> {
        let _lock = self.lock()?;
        let pms = self.package_manager()?;
        let tracker = Tracker::new(job.observer, Kind::Packages);
        let job = Job {
            id: job.id.clone(),
            observer: &tracker,
            cancel: job.cancel.clone(),
        };
        let repaired = pms.repair(&job).await;
        let code = repaired.map(|done| {
            if done {
                ResultCode::Ok
            } else {
                ResultCode::NothingToDo
            }
        });
        self.conclude(code, pms, &tracker).await
    }

    pub(super) async fn apply_tags(
        &self,
        tags: &[String],
        apply: bool,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        let tags = tags
            .iter()
            .map(|tag| check_tag(tag))
            .collect::<Result<Vec<_>, _>>()?;
        let _lock = self.lock()?;
        let tracker = Tracker::new(job.observer, Kind::Sync);
        let job = Job {
            id: job.id.clone(),
            observer: &tracker,
            cancel: job.cancel.clone(),
        };
        tracker.begin(Stage::Connect);
        let server = Self::unless_cancelled(&job, self.server()).await?;
        let set = async { Ok(self.known(server.set_tags(&tags).await).await) };
        // Who stops it while the server does not answer need not wait for another answer.
        let rules = Self::unless_cancelled(&job, set).await?;
        let rules = rules.map_err(|error| unknown_tags(error, &tags));
        if rules.is_ok() {
            let asked = async { Ok(dropped(&*server, &tags).await) };
            let dropped = Self::unless_cancelled(&job, asked).await?;
            if !dropped.is_empty() {
                let said = EngineText::ErrorUnknownTags.told(&[&dropped.join(", ")]);
                tracker.failed(Stage::Connect, said);
            }
        }
        let done = self
            .change_tags(&*server, rules, apply, &job, &tracker)
            .await;
        if !matches!(done, Err(EngineError::Offline(_))) {
            let told = self.report_end(&*server, &tracker).await;
            if done.is_ok() {
                told?;
            }
        }
        let code = done?;
        tracker.ok(Stage::Record);
        Ok(Outcome {
            code,
            problems: tracker.problems(),
        })
    }

    async fn change_tags(
        &self,
        server: &dyn Server,
        rules: Result<TagRules, EngineError>,
        apply: bool,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<ResultCode, EngineError> {
        let rules = rules?;
        tracker.ok(Stage::Connect);
        if !apply {
            return Ok(ResultCode::Ok);
        }
        self.begin(server, None).await?;
        Self::unless_cancelled(job, self.evaluate(server, job, tracker)).await?;
        Self::checkpoint(job)?;
        let pms = self.package_manager()?;
        self.update_repositories(server, pms, tracker).await?;
        let lists = self.refresh_metadata(pms, job, tracker).await?;
        let mut ok = self
            .change(pms, Stage::Remove, &rules.remove, job, tracker)
            .await?;
        ok &= self
            .change(pms, Stage::Install, &rules.preinstall, job, tracker)
            .await?;
        if !rules.preinstall.is_empty() {
            self.refresh_metadata(pms, job, tracker).await?;
        }
        ok &= self
            .change(pms, Stage::Install, &rules.install, job, tracker)
            .await?;
        self.send_software(server, pms, tracker).await?;
        Ok(if !lists {
            ResultCode::MetadataFailed
        } else if ok {
            ResultCode::Ok
        } else {
            ResultCode::PackagesFailed
        })
    }
}

/// What there is, whole and half-done: what goes from one to the other is a change, too.
async fn state(pms: &dyn PackageManager) -> Result<(Vec<InstalledPackage>, Vec<String>), PmsError> {
    Ok((pms.installed().await?, pms.broken().await?))
}

/// What the caller asked for cannot be done, or need not be: nothing was changed.
fn is_own_mistake(error: &PmsError) -> bool {
    matches!(
        error,
        PmsError::InvalidName(_)
            | PmsError::NotFound(_)
            | PmsError::Refused(_)
            | PmsError::NoRoom(_)
            | PmsError::LockTimeout(_)
            | PmsError::Cancelled
    )
}

/// What a 400 to this call means: the server has none of the tags.
fn unknown_tags(error: EngineError, tags: &[String]) -> EngineError {
    match error {
        EngineError::Server { status: 400, .. } => EngineError::UnknownTags(tags.join(", ")),
        other => other,
    }
}

/// Tags that the server left out, as it does without a word with those it does not have.
async fn dropped(server: &dyn Server, tags: &[String]) -> Vec<String> {
    let Ok(now) = server.tags().await else {
        return Vec::new();
    };
    let assigned: Vec<String> = now.assigned.iter().map(|tag| tag.to_lowercase()).collect();
    let is_dropped = |tag: &&String| !assigned.contains(&tag.to_lowercase());
    tags.iter().filter(is_dropped).cloned().collect()
}

/// `PREFIX-value`, without the quotation marks some scripts leave around it.
fn check_tag(text: &str) -> Result<String, EngineError> {
    let tag = text.replace('"', "");
    let tag = tag.trim();
    let parts = tag
        .split_once('-')
        .filter(|(prefix, value)| !prefix.is_empty() && !value.is_empty());
    if parts.is_some() && tag.chars().count() <= 255 && !tag.contains(char::is_control) {
        Ok(tag.to_owned())
    } else {
        Err(EngineError::InvalidTag(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tags_have_a_prefix_and_a_value() {
        assert_eq!(check_tag("\"LOC-north\"").unwrap(), "LOC-north");
        assert_eq!(check_tag("LOC-a-b").unwrap(), "LOC-a-b");
        for text in ["", "LOC", "-x", "LOC-", "LOC-a\nb"] {
            assert!(check_tag(text).is_err(), "{text}");
        }
    }
}

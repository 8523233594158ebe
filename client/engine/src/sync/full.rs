//! A synchronisation from its beginning to its end.

use time::format_description::well_known::Rfc3339;

use crate::job::{Job, ResultCode};
use crate::observer::Stage;
use crate::outbox::SynchronizationRecord;
use crate::transport::Server;
use crate::transport::api::Availability;

use super::local::{LocalEngine, io};
use super::tracker::{Kind, Tracker};
use super::{EngineError, EngineText, Outcome, Scope, SyncRequest, told};

/// What went wrong without ending the run.
#[derive(Default)]
struct Marks {
    packages_failed: bool,
    lists_failed: bool,
    hooks_failed: bool,
    /// The first call that got no sealed answer: nobody knows what the server would have said.
    unanswered: Option<EngineError>,
}

impl Marks {
    fn code(&self) -> ResultCode {
        // Without its lists nothing else about packages can be right: this comes first, and is tried again soon.
        if self.lists_failed {
            ResultCode::MetadataFailed
        } else if self.packages_failed {
            ResultCode::PackagesFailed
        } else if self.hooks_failed {
            ResultCode::HookFailed
        } else {
            ResultCode::Ok
        }
    }
}

impl LocalEngine {
    pub(super) async fn synchronize(
        &self,
        request: SyncRequest,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        let _lock = self.lock()?;
        let tracker = Tracker::new(job.observer, Kind::Sync);
        let job = Job {
            id: job.id.clone(),
            observer: &tracker,
            cancel: job.cancel.clone(),
        };
        tracker.begin(Stage::Connect);
        if request.background
            && !self.registration.standing().is_native()
            && let Availability::Saturated { retry_after } = self.open_server.availability().await
        {
            return Err(EngineError::Saturated {
                seconds: retry_after.as_secs(),
            });
        }
        let mut is_first = true;
        let (server, done) = loop {
            let server = Self::unless_cancelled(&job, self.fresh_server()).await?;
            let done = self.perform(request, &*server, &job, &tracker).await;
            if !is_first || !matches!(done, Err(EngineError::KeyUnknown(_))) {
                break (server, done);
            }
            is_first = false;
            tracing::warn!("the server does not know this computer any more: it enrols again");
            Self::unless_cancelled(&job, self.registration.enrol_again()).await?;
        };
        // Also after a failure: the server must not show this computer as busy for ever.
        if !matches!(done, Err(EngineError::Offline(_))) {
            let told = self.report_end(&*server, &tracker).await;
            if done.is_ok() {
                told?;
            }
        }
        let (code, unanswered) = done?;
        // That something else failed is the graver news, and is told with what there is.
        if let Some(error) = unanswered
            && code == ResultCode::Ok
        {
            return Err(error);
        }
        tracker.ok(Stage::Record);
        Ok(Outcome {
            code,
            problems: tracker.problems(),
        })
    }

    async fn perform(
        &self,
        request: SyncRequest,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(ResultCode, Option<EngineError>), EngineError> {
        let start = self.clock.now().format(&Rfc3339).unwrap_or_default();
        self.deliver(server).await?;
        if let Err(error) = self.deliver_actions(server).await {
            tracing::info!(%error, "what became of orders waits for the server");
        }
        tracker.ok(Stage::Connect);
        match request.scope {
            Scope::Full => {
                self.everything(server, request.force_upgrade, &start, job, tracker)
                    .await
            }
            scope => {
                self.part(scope, server, job, tracker).await?;
                self.deliver(server).await?;
                Ok((ResultCode::Ok, None))
            }
        }
    }

    async fn part(
        &self,
        scope: Scope,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        match scope {
            Scope::Attributes => self.send_attributes(server, job, tracker).await,
            Scope::Faults => self.send_faults(server, job, tracker).await,
            Scope::Software => {
                self.send_software(server, self.package_manager()?, tracker)
                    .await
            }
            Scope::Hardware => self.send_hardware(server, true, tracker).await,
            Scope::Devices => Err(EngineError::NoPrinters),
            Scope::Full => Ok(()),
        }
    }

    async fn everything(
        &self,
        server: &dyn Server,
        force_upgrade: bool,
        start: &str,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(ResultCode, Option<EngineError>), EngineError> {
        let mut marks = Marks::default();
        let hooks = async { Ok(self.run_hooks(Stage::HooksPre, job, tracker).await) };
        marks.hooks_failed |= !Self::unless_cancelled(job, hooks).await?;
        self.begin(server, Some(start)).await?;
        Self::unless_cancelled(job, self.evaluate(server, job, tracker)).await?;
        Self::checkpoint(job)?;
        if self.pms.is_some() {
            self.packages_of_a_sync(server, force_upgrade, &mut marks, job, tracker)
                .await?;
        }
        Self::checkpoint(job)?;
        if self.settings.upload_hardware {
            let sent = self.send_hardware(server, false, tracker);
            match Self::unless_cancelled(job, sent).await {
                Ok(()) => {}
                Err(error) if error.is_no_word() || matches!(error, EngineError::Cancelled) => {
                    return Err(error);
                }
                Err(error @ EngineError::Offline(_)) => {
                    tracker.failed(Stage::Hardware, told::error(&error));
                    marks.unanswered.get_or_insert(error);
                }
                Err(error) => self.record(Stage::Hardware, told::error(&error), tracker),
            }
        }
        match self.update_traits(server, job, tracker).await {
            Ok(()) => {}
            Err(error) if error.is_no_word() => return Err(error),
            Err(error @ EngineError::Offline(_)) => {
                tracker.failed(Stage::Traits, told::error(&error));
                marks.unanswered.get_or_insert(error);
            }
            Err(error) => self.record(Stage::Traits, told::error(&error), tracker),
        }
        marks.hooks_failed |= !self.run_hooks(Stage::HooksPost, job, tracker).await;
        self.record_synchronization(server, start, &mut marks, tracker)
            .await?;
        Ok((marks.code(), marks.unanswered))
    }

    async fn packages_of_a_sync(
        &self,
        server: &dyn Server,
        force_upgrade: bool,
        marks: &mut Marks,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        let pms = self.package_manager()?;
        match self.update_repositories(server, pms, tracker).await {
            Ok(()) => {
                marks.lists_failed |= !self.refresh_metadata(pms, job, tracker).await?;
                let mandatory = self.mandatory_packages(server, pms, job, tracker).await?;
                marks.packages_failed |= !mandatory;
                if self.settings.auto_update_packages || force_upgrade {
                    marks.packages_failed |= !self.upgrade(pms, job, tracker).await?;
                }
                marks.packages_failed |= !self.finish_all(pms, job, tracker).await?;
            }
            // Without our repositories nothing about packages can be right. The rest of the synchronisation goes on.
            Err(
                error @ (EngineError::KeyRefused { .. }
                | EngineError::TrustDamaged { .. }
                | EngineError::Packages(_)
                | EngineError::Io { .. }),
            ) => {
                marks.packages_failed = true;
                self.record(Stage::Repositories, told::error(&error), tracker);
            }
            Err(error @ EngineError::Offline(_)) => return Err(error),
            // No word of the server: all stays as it was.
            Err(error) => {
                self.record(Stage::Repositories, told::error(&error), tracker);
                return Err(error);
            }
        }
        self.send_software(server, pms, tracker).await
    }

    /// Tells the server how it went. When the server is away now, it is told at the next occasion.
    async fn record_synchronization(
        &self,
        server: &dyn Server,
        start: &str,
        marks: &mut Marks,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        tracker.begin(Stage::Record);
        let record = SynchronizationRecord {
            start: start.to_owned(),
            packages_ok: !marks.packages_failed,
        };
        if marks.packages_failed || !server.has_noted() {
            self.outbox
                .add_synchronization(&record)
                .map_err(|error| io("the outbox", error))?;
        }
        match self.deliver(server).await {
            Err(error @ EngineError::Offline(_)) => {
                let later = EngineText::ToldLater.with([told::untold(&error).into()]);
                tracker.failed(Stage::Record, later);
                marks.unanswered.get_or_insert(error);
                Ok(())
            }
            other => other,
        }
    }
}

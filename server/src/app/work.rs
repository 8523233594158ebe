//! The background work of this server.

use std::time::Duration;

use migasfree_server_auth as auth;
use migasfree_server_jobs::{Handlers, JobContext, JobError, JobHandler, Period};

use super::AppState;
use crate::core::restarting::RestartJob;
use crate::repository::garbage::CollectJob;
use crate::repository::publish::Publisher;
use crate::retention::RetentionJob;

const KEEP_JOBS: Duration = Duration::from_secs(7 * 86_400);

/// Every kind of work.
pub(super) fn handlers(state: &AppState) -> Handlers {
    Handlers::default()
        .with(Cleanup(state.clone()))
        .with(Publisher::new(state.clone()))
        .with(CollectJob(state.clone()))
        .with(RestartJob(state.clone()))
        .with(RetentionJob(state.clone()))
}

/// Forgets what nobody needs any more.
struct Cleanup(AppState);

impl JobHandler for Cleanup {
    const KIND: &'static str = "cleanup";
    const PERIOD: Option<Period> = Some(Period::Every(Duration::from_secs(3600)));

    async fn run(&self, _job: JobContext) -> Result<(), JobError> {
        auth::session::cleanup(&self.0.db, self.0.clock.now()).await?;
        self.0.jobs.forget(KEEP_JOBS).await?;
        Ok(())
    }
}

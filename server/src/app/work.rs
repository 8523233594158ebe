//! The background work of this server.

use std::time::Duration;

use migasfree_server_auth::session;
use migasfree_server_domain::{
    core::restarting::RestartJob,
    repository::{garbage::CollectJob, publish::Publisher},
    retention::RetentionJob,
    services::Services,
};
use migasfree_server_jobs::{Handlers, JobContext, JobError, JobHandler, Period};

const KEEP_JOBS: Duration = Duration::from_secs(7 * 86_400);

/// Every kind of work.
pub(super) fn handlers(services: &Services) -> Handlers {
    Handlers::default()
        .with(Cleanup(services.clone()))
        .with(Publisher::new(services.clone()))
        .with(CollectJob(services.clone()))
        .with(RestartJob(services.clone()))
        .with(RetentionJob(services.clone()))
}

/// Forgets what nobody needs any more.
struct Cleanup(Services);

impl JobHandler for Cleanup {
    const KIND: &'static str = "cleanup";
    const PERIOD: Option<Period> = Some(Period::Every(Duration::from_secs(3600)));

    async fn run(&self, _job: JobContext) -> Result<(), JobError> {
        session::cleanup(&self.0.db, self.0.clock.now()).await?;
        self.0.jobs.forget(KEEP_JOBS).await?;
        Ok(())
    }
}

//! The background work of this server.

use migasfree_server_auth::session;
use migasfree_server_domain::{
    certificates::Upkeep,
    audit::verifying::Verifier,
    core::restarting::Restarter,
    repository::{
        garbage::Collector,
        publish::{Publisher, Redater},
    },
    retention::Retention,
    services::Services,
};
use migasfree_server_jobs::{Chore, Handlers, JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};

/// Every kind of work; what ended is forgotten after so many days.
pub(super) fn handlers(services: &Services, keep_days: u32) -> Handlers {
    Handlers::default()
        .with(Publisher::new(services.clone()))
        .with(Restarter(services.clone()))
        .with(Retention(services.clone()))
        .with(Collector(services.clone()))
        .with(Redater(services.clone()))
        .with(Upkeep(services.clone()))
        .with(Forgetter(services.clone()))
        .with(Verifier(services.clone()))
        .forgetting(&services.jobs, keep_days)
}

/// Forgetting sign-ins whose time is over.
#[derive(Debug, Serialize, Deserialize)]
struct ForgetSessions;

impl Chore for ForgetSessions {
    const KIND: &'static str = "forget-sessions";
    const THIS: Self = Self;
}

/// Forgets them.
struct Forgetter(Services);

impl JobHandler for Forgetter {
    type Job = ForgetSessions;

    async fn run(&self, _: ForgetSessions, _: JobContext) -> Result<(), JobError> {
        session::cleanup(&self.0.db, self.0.clock.now()).await?;
        Ok(())
    }
}
